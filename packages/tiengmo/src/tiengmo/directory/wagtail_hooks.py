from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import User
from tiengmo.people.queries import roles_of_request

from .staff import urls


class DirectoryMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (user.is_superuser or bool(roles_of_request(user)))


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return DirectoryMenuItem(
        _("Danh bạ"), reverse("directory_home"), name="danh-ba", icon_name="group", order=620
    )


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    return [path("", include(urls))]
