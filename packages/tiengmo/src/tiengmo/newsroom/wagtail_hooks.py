"""What the newsroom adds to Wagtail's staff interface, and what of Wagtail's it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.permissions import register_permission_policy

from tiengmo.people.models import Role
from tiengmo.people.queries import roles_of_request

from .models import Bulletin
from .permissions import BulletinPermissionPolicy
from .queries import waiting_for

if TYPE_CHECKING:
    from tiengmo.people.staff import StaffRequest

# Before the viewset is imported: Wagtail takes the first policy it is asked for.
register_permission_policy(Bulletin, BulletinPermissionPolicy(Bulletin))

from .staff import urls  # noqa: E402
from .staff.categories import CategoryViewSet  # noqa: E402
from .staff.home import WaitingPanel  # noqa: E402
from .staff.viewset import BulletinViewSet  # noqa: E402

# The menu is on every page: it does not count further than this.
COUNTED = 20

# Wagtail's page tree has no use here: public pages read releases. The rest is for developers.
HIDDEN_MENU = {"explorer", "help", "snippets"}
HIDDEN_REPORTS = {
    "locked-pages",
    "workflows",
    "workflow-tasks",
    "aging-pages",
    "page-types-usage",
    "site-history",
}
HIDDEN_SETTINGS = {"workflows", "workflow-tasks", "sites", "locales", "redirects", "collections"}


@hooks.register("register_admin_viewset")
def bulletins() -> BulletinViewSet:
    return BulletinViewSet()


@hooks.register("register_admin_viewset")
def categories() -> CategoryViewSet:
    return CategoryViewSet()


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    # Before the viewset's own patterns: "ban-tin/<number>/" is ours.
    return [path("", include(urls))]


class QueueMenuItem(MenuItem):
    """«Chờ duyệt (3)»: how many wait for this very person."""

    def is_shown(self, request: StaffRequest) -> bool:
        return bool({Role.APPROVER, Role.EDITOR} & roles_of_request(request.user))

    def render_component(self, request: StaffRequest) -> LinkMenuItem:
        waiting = waiting_for(request.user, most=COUNTED + 1)
        count = f"{COUNTED}+" if len(waiting) > COUNTED else str(len(waiting))
        label = f"{self.label} ({count})" if waiting else str(self.label)
        return LinkMenuItem(
            self.name,
            label,
            self.url,
            icon_name=self.icon_name,
            classname=self.classname,
            attrs=self.attrs,
        )


@hooks.register("register_admin_menu_item")
def queue_menu_item() -> MenuItem:
    return QueueMenuItem(
        _("Chờ duyệt"), reverse("newsroom_queue"), name="cho-duyet", icon_name="tasks", order=100
    )


class StaffMenuItem(MenuItem):
    def is_shown(self, request: StaffRequest) -> bool:
        return bool(roles_of_request(request.user))


@hooks.register("register_admin_menu_item")
def releases_menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Bản phát hành"),
        reverse("newsroom_releases"),
        name="phat-hanh",
        icon_name="view",
        order=120,
    )


@hooks.register("construct_main_menu")
def leave_out_what_staff_do_not_need(_request: StaffRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_MENU]


@hooks.register("construct_reports_menu")
def leave_out_reports(_request: StaffRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_REPORTS]


@hooks.register("construct_settings_menu")
def leave_out_settings(_request: StaffRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_SETTINGS]


@hooks.register("construct_homepage_panels")
def home(request: StaffRequest, panels: list[Any]) -> None:
    panels[:] = [WaitingPanel(request)]


@hooks.register("construct_homepage_summary_items")
def no_page_counts(_request: StaffRequest, items: list[Any]) -> None:
    items.clear()


@hooks.register("insert_global_admin_css")
def look() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("newsroom/newsroom.css"))
