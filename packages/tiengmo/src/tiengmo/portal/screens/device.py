"""What one screen says and asks, with its token in a header."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.utils.translation import gettext as _

from tiengmo.channels.screens import actions
from tiengmo.channels.screens.errors import (
    CodeRefused,
    TooManyTries,
    TooOften,
    UnknownScreen,
)
from tiengmo.channels.screens.reading import BadReport, read_report
from tiengmo.portal import refusals
from tiengmo.portal.visitors.salts import who

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# 500 plays of some 170 characters, and the rest.
MOST_BYTES = 160 * 1024
SCHEME = "Screen "


def _answers(method: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate a view for devices: one method, nothing kept, refusals as JSON they understand."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest) -> HttpResponse:
            if request.method != method:
                return refusals.wrong_method(method)
            try:
                response = view(request)
            except UnknownScreen as error:
                response = _refuse(error, 401)
            except CodeRefused as error:
                response = _refuse(error, 403)
            except (TooManyTries, TooOften) as error:
                response = _refuse(error, 429)
                response["Retry-After"] = "60"
            except (BadReport, ValueError, RecursionError):
                response = _refuse(_("Không đọc được dữ liệu máy gửi."), 400)
            except RequestDataTooBig:
                response = _refuse(_("Dữ liệu máy gửi quá lớn."), 413)
            response["Cache-Control"] = "no-store"
            return response

        return wrapped

    return decorate


def _refuse(reason: object, status: int) -> JsonResponse:
    return JsonResponse({"error": str(reason)}, status=status)


def _sent(request: HttpRequest) -> object:
    """The JSON that was sent. Raises ValueError, RequestDataTooBig."""
    if request.content_type != "application/json":
        # Also what no form on somebody else's page can send without being asked first.
        raise BadReport("no JSON")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise RequestDataTooBig
    sent: object = json.loads(request.body)
    return sent


def _token(request: HttpRequest) -> str:
    given = request.headers.get("Authorization", "")
    return given.removeprefix(SCHEME) if given.startswith(SCHEME) else ""


@_answers("POST")
def enrol(request: HttpRequest) -> HttpResponse:
    """Let a device in with the code that was typed on it."""
    sent = _sent(request)
    if not isinstance(sent, dict):
        raise BadReport("no object")
    screen = actions.enrol_screen(
        str(sent.get("code", ""))[:100],
        str(sent.get("token", ""))[:100],
        who=who(request, "screens"),
    )
    return JsonResponse({"name": screen.name})


@_answers("GET")
def playlist(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        actions.give_playlist(_token(request)), json_dumps_params={"ensure_ascii": False}
    )


@_answers("POST")
def report(request: HttpRequest) -> HttpResponse:
    return JsonResponse(actions.take_report(_token(request), read_report(_sent(request))))
