"""What providers of text messages call back: the address is signed, and the body is not trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from tiengmo.channels.messages import actions, sealing
from tiengmo.channels.messages.models import Provider
from tiengmo.channels.messages.providers import HTTP_FORMS
from tiengmo.channels.messages.providers.form import Reply
from tiengmo.portal import refusals

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_BYTES = 16 * 1024


def report(request: HttpRequest, token: str) -> HttpResponse:
    """Take one report or reply; answered with 200 whether or not it is of use, so that it ends."""
    if request.method not in ("GET", "POST"):
        return refusals.wrong_method("GET, POST")
    provider = Provider.objects.filter(pk=sealing.called_back(token)).first()
    form = HTTP_FORMS.get(provider.form) if provider is not None else None
    if provider is None or form is None:
        return _answer(404)
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isascii() or not stated.isdigit() or int(stated) > MOST_BYTES:
        return _answer(413)
    body: Any = None
    if request.method == "POST":
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
    given = {name: str(value)[:200] for name, value in request.GET.items()}
    if any("\0" in value for value in (*given.values(), json.dumps(body, ensure_ascii=False))):
        return _answer(400)
    if not actions.is_genuine(provider, request.headers, request.body):
        return _answer(403)
    said = form.callback(given, body)
    if isinstance(said, Reply):
        actions.take_reply(said)
    elif said is not None:
        actions.take_report(provider, said)
    return _answer(200)


def _answer(status: int) -> HttpResponse:
    response = HttpResponse(status=status, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response
