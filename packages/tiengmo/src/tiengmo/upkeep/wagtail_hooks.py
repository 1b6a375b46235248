from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of_request

from .staff import urls

KEEPERS = {Role.EDITOR, Role.APPROVER}


class UpkeepMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(KEEPERS & roles_of_request(user))
        )


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return UpkeepMenuItem(
        _("Cần rà soát"),
        reverse("upkeep_home"),
        name="can-ra-soat",
        icon_name="history",
        order=630,
    )


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    return [path("", include(urls))]
