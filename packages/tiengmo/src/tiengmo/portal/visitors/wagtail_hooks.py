"""What visitors puts into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import roles_of_request

from .staff import readers

if TYPE_CHECKING:
    from django.http import HttpRequest


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("luot-doc/", readers, name="visitors_readers")]


class ReadersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and bool(roles_of_request(request.user))


@hooks.register("register_reports_menu_item")
def readers_menu_item() -> MenuItem:
    return ReadersMenuItem(
        _("Lượt đọc"), reverse("visitors_readers"), name="luot-doc", icon_name="view", order=200
    )
