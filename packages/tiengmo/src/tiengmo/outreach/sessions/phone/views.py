"""The page itself and its worker: the same for everybody, so that a phone may keep them.

Who is signed in, and everything of people and villages, comes from `device.given`.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from tiengmo.channels.printed.models import HandOut
from tiengmo.outreach.runs.rules import (
    FURTHEST_RANGE_M,
    MOST_STOPS,
    NEAREST_RANGE_M,
    USUAL_RANGE_M,
)
from tiengmo.outreach.sessions.models import Kind
from tiengmo.outreach.sessions.rules import MOST_PEOPLE, MOST_QUESTIONS

if TYPE_CHECKING:
    from django.http import HttpRequest

MODULES = {
    "store": "channels/store.js",
    "clock": "channels/clock.js",
    **{name: f"sessions/{name}.js" for name in ("sending", "forms", "lists", "runs", "phone")},
}
FILES = (*MODULES.values(), "sessions/phone.css", "portal/mo.svg")
# Nothing inline and nothing from elsewhere, unlike the rest of the staff's pages.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@lru_cache(maxsize=1)
def version() -> str:
    """Stands for the page's files: another one of any of them is another page."""
    # In one language: processes must agree, whoever asks them first.
    with translation.override(settings.LANGUAGE_CODE):
        page = render_to_string("sessions/phone.html", _facts(""))
    return hashlib.blake2b(page.encode(), digest_size=6).hexdigest()


def _facts(version: str) -> dict[str, object]:
    return {
        "version": version,
        "modules": {name: static(path) for name, path in MODULES.items()},
        "home": reverse("outreach_phone"),
        "sign_in": f"{reverse('wagtailadmin_login')}?next={reverse('outreach_phone')}",
        "zone": settings.TIME_ZONE,
        "kinds": Kind.choices,
        "acts": HandOut.Act.choices,
        "nearest_m": NEAREST_RANGE_M,
        "furthest_m": FURTHEST_RANGE_M,
        "usual_m": USUAL_RANGE_M,
        "most_stops": MOST_STOPS,
        "most_people": MOST_PEOPLE,
        "most_questions": MOST_QUESTIONS,
    }


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    response = render(request, "sessions/phone.html", _facts(version()))
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, no-cache"
    # A vehicle's way is recorded here, when its crew presses for it.
    response["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=()"
    return response


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The page's service worker: it opens without a network, and sends when there is one again."""
    home = reverse("outreach_phone")
    text = render_to_string(
        "sessions/worker.js",
        {
            "name": "so-tuyen-truyen",
            "home": home,
            "version": version(),
            "kept": json.dumps([home, *(static(name) for name in FILES)]),
            "modules": {name: static(path) for name, path in MODULES.items()},
        },
    )
    return HttpResponse(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Content-Security-Policy": POLICY},
    )
