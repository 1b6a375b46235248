"""Public forms without session, cookie, account or third party, kept usable when scripts post.

A form carries a stamp: signed, bound to that form, no younger than a person needs to read it, no
older than half a day, good once; and a field that people do not see. What is taken is counted per
sender (a hash that only today's salt makes, portal.visitors.salts) and for the form as a whole.
Posts beyond that are refused after two reads of the database and without a write, so that ten
thousand of them leave the site quick; whoever is refused is told honestly, and keeps their words.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Self

from django.core import signing
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError, transaction
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from tiengmo.portal import refusals
from tiengmo.portal.visitors.models import FormPost
from tiengmo.portal.visitors.salts import who

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

STAMP, TRAP = "dau-form", "trang-web-rieng"
SOONEST = timedelta(seconds=2)  # nobody reads a form and fills it in quicker
LONGEST = timedelta(hours=12)
# A village may share one address, a mobile network's customers too: not too few.
EACH, EACH_WITHIN = 12, timedelta(minutes=10)
ALL, ALL_WITHIN = 300, timedelta(minutes=10)
MEGABYTE = 1024 * 1024


class Verdict(str):
    """Why a post is refused, in words for the person; "" when it is good. `status` is HTTP's."""

    __slots__ = ("status",)
    status: int

    def __new__(cls, reason: str, status: int) -> Self:
        verdict = super().__new__(cls, reason)
        verdict.status = status
        return verdict


def fields(form_name: str) -> SafeString:
    """Hidden inputs to put into the form, new for every rendering."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">'
        '<div class="guard-trap" aria-hidden="true"><label>{} <input type="text" name="{}" value=""'
        ' tabindex="-1" autocomplete="off"></label></div>',
        STAMP,
        _signer(form_name).sign(secrets.token_urlsafe(12)),
        _("Xin để trống ô này:"),
        TRAP,
    )


def judge(request: HttpRequest, form_name: str) -> Verdict:
    """Say whether this post may be taken. A good one uses its stamp up.

    Judge after the form's own fields are valid: a stamp is good once, and a person who corrects a
    field gets the form again with a new one.
    """
    if request.headers.get("Sec-Fetch-Site", "") == "cross-site":
        return Verdict(_("Biểu mẫu được gửi từ một trang web khác. Hãy gửi lại từ trang này."), 403)
    if request.POST.get(TRAP, ""):
        return Verdict(_("Có một ô ẩn đã bị điền. Hãy để trống ô đó rồi gửi lại."), 400)
    signer, signed = _signer(form_name), request.POST.get(STAMP, "")
    try:
        stamp = signer.unsign(signed, max_age=LONGEST)
    except signing.SignatureExpired:
        return Verdict(_("Trang đã mở quá lâu. Nội dung vẫn còn đây, xin gửi lại."), 400)
    except signing.BadSignature:
        return Verdict(_("Biểu mẫu không đầy đủ. Nội dung vẫn còn đây, xin gửi lại."), 400)
    if _is_younger(signer, signed, SOONEST):
        return Verdict(_("Gửi nhanh quá. Xin xem lại nội dung một chút rồi gửi lại."), 400)
    return _count(form_name, who(request, form_name), stamp)


def _count(form_name: str, sender: str, stamp: str) -> Verdict:
    now = timezone.now()
    taken = FormPost.objects.filter(form=form_name)
    if taken.filter(who=sender, at__gt=now - EACH_WITHIN).count() >= EACH:
        return Verdict(
            _("Từ đường mạng này vừa có nhiều lần gửi. Xin chờ mười phút rồi gửi lại."), 429
        )
    if taken.filter(at__gt=now - ALL_WITHIN).count() >= ALL:
        return Verdict(
            _(
                "Đang có quá nhiều lượt gửi cùng lúc nên hệ thống tạm chưa nhận thêm. "
                "Xin gửi lại sau mười phút, hoặc gọi điện cho cơ quan."
            ),
            429,
        )
    try:
        with transaction.atomic():
            FormPost.objects.create(form=form_name, who=sender, stamp=stamp, at=now)
    except IntegrityError:
        return Verdict(_("Nội dung này đã được gửi rồi. Muốn gửi thêm, xin gửi lại lần nữa."), 409)
    return Verdict("", 200)


def _signer(form_name: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"portal.guard.{form_name}")


def _is_younger(signer: signing.TimestampSigner, signed: str, age: timedelta) -> bool:
    try:
        signer.unsign(signed, max_age=age)
    except signing.SignatureExpired:
        return False
    return True


def form_page(
    most_bytes: int = 64 * 1024,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate a public view that shows a form and takes it: GET, HEAD and POST.

    Nothing may keep a copy: each rendering has its own stamp. A body larger than `most_bytes` is
    refused before it is read, and a NUL, which PostgreSQL stores nowhere, before the view sees it.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method not in ("GET", "HEAD", "POST"):
                return refusals.wrong_method("GET, HEAD, POST")
            refusal = _unreadable(request, most_bytes) if request.method == "POST" else None
            response = refusal or view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return wrapped

    return decorate


def _unreadable(request: HttpRequest, most_bytes: int) -> HttpResponse | None:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isascii() or not stated.isdigit():
        return refusals.bad_request(request)
    if int(stated) > most_bytes:
        return refusals.too_large(max(1, most_bytes // MEGABYTE))
    try:
        sent = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError):
        return refusals.bad_request(request)
    if any("\0" in key or any("\0" in v for v in values) for key, values in sent.lists()):
        return refusals.bad_request(request)
    return None


def erase_old_posts() -> None:
    """Forget who posted what when: their stamps are too old to be used again."""
    FormPost.objects.filter(at__lt=timezone.now() - LONGEST).delete()
