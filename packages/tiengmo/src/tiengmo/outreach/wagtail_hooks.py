from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of_request

from .queries import waiting_for
from .staff import urls
from .staff.topics import TopicViewSet

if TYPE_CHECKING:
    from tiengmo.people.staff import StaffRequest

HANDLERS = {Role.EDITOR, Role.APPROVER}


class OutreachMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(HANDLERS & roles_of_request(user))
        )


class QuestionsMenuItem(OutreachMenuItem):
    """«Hỏi đáp (3)»: how many wait in this person's units."""

    def render_component(self, request: "StaffRequest") -> LinkMenuItem:
        waiting = waiting_for(request.user).total
        label = f"{self.label} ({waiting})" if waiting else str(self.label)
        return LinkMenuItem(
            self.name,
            label,
            self.url,
            icon_name=self.icon_name,
            classname=self.classname,
            attrs=self.attrs,
        )


@hooks.register("register_admin_menu_item")
def questions_item() -> MenuItem:
    return QuestionsMenuItem(
        _("Hỏi đáp"), reverse("outreach_questions"), name="hoi-dap", icon_name="help", order=150
    )


@hooks.register("register_admin_menu_item")
def events_item() -> MenuItem:
    return OutreachMenuItem(
        _("Sự kiện"), reverse("outreach_events"), name="su-kien", icon_name="date", order=160
    )


@hooks.register("insert_global_admin_css")
def look() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("outreach/outreach.css"))


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    return [path("", include(urls))]


@hooks.register("register_admin_viewset")
def lists() -> list[Any]:
    return [TopicViewSet()]
