"""What is refused before anything reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DataError
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tiengmo.portal import refusals
from tiengmo.voices.rules import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

MEGABYTE = 1024 * 1024
# What a sign-in or a form without files may weigh; pictures and documents; a long recording.
ANYBODY, STAFF, RECORDING = 1, 32, MOST_BYTES // MEGABYTE + 1


class NoNulInAddress:
    """PostgreSQL stores no NUL: an address that holds one would fail in the middle of a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return refusals.bad_request(request)
        return self.get_response(request)


class StaffHeaders:
    """What a browser may do on staff pages: nothing from elsewhere, the microphone, our own frames.

    Wagtail's interface and its editor write scripts and styles inline, so these are allowed here;
    public pages allow neither (portal.middleware).
    """

    POLICY = (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
        " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
        " media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' ws: wss:;"
        " object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(self)"
        )
        return response


class NoNulInFields:
    """The same in what a form sends: text fields say so themselves, this is for the others.

    SQLite keeps a NUL; PostgreSQL refuses it, and the page would fail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DataError | ValueError) or request.method != "POST":
            return None
        if not any("\0" in value for values in request.POST.lists() for value in values[1]):
            return None
        return refusals.page(
            _("Dữ liệu không hợp lệ"),
            _("Có ký tự điều khiển (NUL) không lưu được. Hãy quay lại, gõ lại chỗ đó rồi gửi."),
            status=400,
        )


class BodyLimit:
    """Refuse by its stated size a body that would fill the disk.

    Django writes uploads to the disk as soon as anything asks for a form's fields, and the check
    against forged forms asks first, before a view has said who may send what.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = 0  # as Django takes it: no body at all
        if size > ANYBODY * MEGABYTE:
            limit = self._limit(request)
            if size > limit * MEGABYTE:
                if request.path == reverse("voices_staff:record"):
                    text = _("Tệp lớn hơn %(limit)d MB. Hãy chia thành nhiều phần.")
                    return JsonResponse({"error": text % {"limit": limit}}, status=413)
                return refusals.too_large(limit)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> int:
        if not request.user.is_authenticated:
            return ANYBODY
        return RECORDING if request.path == reverse("voices_staff:record") else STAFF
