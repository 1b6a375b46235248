"""What reach puts into the staff interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import path
from django.utils.html import format_html
from wagtail import hooks

from . import views

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [path("do-phu/<uuid:pk>/", views.panel, name="reach_panel")]


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("reach/reach.css"))


@hooks.register("insert_global_admin_js")
def live() -> SafeString:
    return format_html(
        '<script src="{}" defer></script><script src="{}" defer></script>',
        static("django_htmx/htmx-2.min.js"),
        static("reach/reach.js"),
    )
