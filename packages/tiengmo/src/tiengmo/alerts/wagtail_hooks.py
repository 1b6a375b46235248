from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from tiengmo.people.models import User
from tiengmo.people.queries import roles_of_request

from .queries import open_proposals, waiting_for
from .staff import urls

if TYPE_CHECKING:
    from .staff.common import StaffRequest


class AlertsMenuItem(MenuItem):
    """«Cảnh báo (1)»: how many need this very person's signature, or a look."""

    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (user.is_superuser or bool(roles_of_request(user)))

    def render_component(self, request: "StaffRequest") -> LinkMenuItem:
        count = len(waiting_for(request.user)) + len(open_proposals(request.user))
        return LinkMenuItem(
            self.name,
            f"{self.label} ({count})" if count else str(self.label),
            self.url,
            icon_name=self.icon_name,
            classname=self.classname,
            attrs=self.attrs,
        )


@hooks.register("register_admin_menu_item")
def alerts_menu_item() -> MenuItem:
    return AlertsMenuItem(
        _("Cảnh báo"), reverse("alerts_home"), name="canh-bao", icon_name="warning", order=90
    )


@hooks.register("register_admin_urls")
def alerts_urls() -> list[Any]:
    return [path("", include(urls))]


@hooks.register("insert_global_admin_css")
def look() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("alerts/alerts.css"))
