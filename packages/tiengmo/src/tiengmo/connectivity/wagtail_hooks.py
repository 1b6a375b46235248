"""What these figures put into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import User
from tiengmo.people.queries import roles_of_request

from .rights import READERS
from .staff import urls

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class ConnectivityMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(roles_of_request(user) & set(READERS))
        )


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return ConnectivityMenuItem(
        _("Hạ tầng kết nối"),
        reverse("connectivity_home"),
        name="ha-tang-ket-noi",
        icon_name="site",
        order=710,
    )


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    return [path("ket-noi/", include(urls))]


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("connectivity/connectivity.css"))
