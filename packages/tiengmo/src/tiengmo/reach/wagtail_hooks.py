"""What reach puts into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from .staff import urls as staff_urls

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("do-phu/", include(staff_urls))]


class ReachMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def leader_item() -> MenuItem:
    return ReachMenuItem(
        _("Độ phủ"), reverse("reach_leader"), name="do-phu", icon_name="view", order=125
    )


@hooks.register("register_admin_menu_item")
def work_item() -> MenuItem:
    return ReachMenuItem(
        _("Việc tới thôn"),
        reverse("reach_work"),
        name="viec-toi-thon",
        icon_name="tasks",
        order=130,
    )


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("reach/reach.css"))


@hooks.register("insert_global_admin_js")
def live() -> SafeString:
    return format_html(
        '<script src="{}" defer></script><script src="{}" defer></script>',
        static("django_htmx/htmx-2.min.js"),
        static("reach/reach.js"),
    )
