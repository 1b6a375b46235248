"""What the notebook of sessions puts into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of_request

from .rights import READERS
from .staff import views

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString


class SessionsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(roles_of_request(user) & {*READERS, Role.PROPAGANDIST})
        )


@hooks.register("register_admin_menu_item")
def sessions_item() -> MenuItem:
    # Whoever only goes out is led on to the phone's page.
    return SessionsMenuItem(
        _("Sổ tuyên truyền"),
        reverse("outreach_sessions"),
        name="so-tuyen-truyen",
        icon_name="group",
        order=170,
    )


@hooks.register("register_admin_urls")
def sessions_urls() -> list[URLPattern]:
    return [
        path("buoi-tuyen-truyen/", views.sessions, name="outreach_sessions"),
        path("buoi-tuyen-truyen/chi-tieu/", views.target, name="outreach_session_target"),
        path(
            "buoi-tuyen-truyen/bao-lai/<uuid:pk>/<slug:village>/",
            views.told_again,
            name="outreach_told_again",
        ),
    ]


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("sessions/staff.css"))
