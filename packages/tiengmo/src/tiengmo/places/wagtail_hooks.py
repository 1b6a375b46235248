"""What places puts into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import views

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("dia-ban/", views.places, name="places_places"),
        path("dia-ban/<str:code>/", views.village, name="places_village"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return MenuItem(
        _("Địa bàn"), reverse("places_places"), name="dia-ban", icon_name="site", order=700
    )


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("places/places.css"))
