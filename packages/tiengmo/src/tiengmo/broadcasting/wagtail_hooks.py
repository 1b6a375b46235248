from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from .staff import urls


class WeekMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def week_menu_item() -> MenuItem:
    return WeekMenuItem(
        _("Lịch phát"),
        reverse("broadcasting_week"),
        name="lich-phat",
        icon_name="calendar",
        order=200,
    )


@hooks.register("register_admin_urls")
def pages() -> list[Any]:
    return [path("lich-phat/", include(urls))]
