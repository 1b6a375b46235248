"""What this app's staff pages share: the frame, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from tiengmo.alerts.errors import AlertError
from tiengmo.people.errors import NotAllowed
from tiengmo.places.errors import UnknownArea
from tiengmo.speakers.errors import SpeakerError
from tiengmo.voices.errors import VoicesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from tiengmo.people.models import User

    class StaffRequest(HttpRequest):
        """For annotations only: Wagtail's admin lets nobody else through."""

        user: User


REFUSALS = (AlertError, NotAllowed, SpeakerError, VoicesError, UnknownArea)


def page(
    request: StaffRequest, name: str, /, *, title: str, trail: Any = (), **context: Any
) -> HttpResponse:
    """Render one of our pages inside Wagtail's frame. trail: (label, url) pairs above this page."""
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Trang đầu")},
        *({"url": url, "label": label} for label, url in trail),
        {"url": "", "label": title},
    ]
    return render(
        request,
        f"alerts/{name}.html",
        {"header_title": title, "header_icon": "warning", "breadcrumbs_items": crumbs, **context},
    )


def home_trail() -> list[tuple[str, str]]:
    return [(_("Cảnh báo"), reverse("alerts_home"))]


def attempt(request: StaffRequest, act: Callable[[], Any]) -> Any:
    """Run an action; tell a refusal as a message on the next page and return None."""
    try:
        return act()
    except UnknownArea:
        messages.error(request, _("Các địa bàn đã chọn không thuộc cùng một đơn vị."))
    except REFUSALS as error:
        messages.error(request, str(error))
    return None
