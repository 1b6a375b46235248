"""What runs put into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.outreach.sessions.rights import READERS
from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of_request

from .staff import views

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern


class RunsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(roles_of_request(user) & {*READERS, Role.PROPAGANDIST})
        )


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RunsMenuItem(
        _("Chuyến loa lưu động"),
        reverse("outreach_runs"),
        name="chuyen-loa",
        icon_name="media",
        order=172,
    )


@hooks.register("register_admin_urls")
def pages() -> list[URLPattern]:
    return [path("chuyen-loa/", views.runs, name="outreach_runs")]
