from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import include, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .admin import AbbreviationViewSet

if TYPE_CHECKING:
    from django.urls import URLResolver


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def staff_urls() -> list[URLResolver]:
    return [path("", include("tiengmo.voices.web.staff", namespace="voices_staff"))]


register_snippet(AbbreviationViewSet)
