"""What promises put into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.outreach.rights import HANDLERS
from tiengmo.people.models import User
from tiengmo.people.queries import roles_of_request

from .staff import urls

if TYPE_CHECKING:
    from django.http import HttpRequest


class PromisesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(roles_of_request(user) & set(HANDLERS))
        )


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return PromisesMenuItem(
        _("Lời hứa với dân"),
        reverse("outreach_promises"),
        name="loi-hua",
        icon_name="tasks",
        order=175,
    )


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    return [path("loi-hua/", include(urls))]
