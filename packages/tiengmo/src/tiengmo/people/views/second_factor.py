import math
from typing import cast
from urllib.parse import urlencode

import django_otp
import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.audit.actions import record
from tiengmo.people import recovery
from tiengmo.people.forms import EnrolForm, TokenForm
from tiengmo.people.models import User

# A try is a try on each of them: few, so that guessing does not get easier.
MOST_PHONES = 5


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("wagtailadmin_home")


def _with_next(page: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse(page)}?{urlencode({'next': _next_page(request)})}")


def _account(request: HttpRequest) -> User:
    return cast("User", request.user)


def _wait_text(device: TOTPDevice) -> str | None:
    """Why the next try must wait, or None. Each wrong code doubles the wait (django-otp)."""
    is_allowed, refusal = device.verify_is_allowed()
    if is_allowed:
        return None
    seconds = math.ceil((refusal["locked_until"] - timezone.now()).total_seconds())
    return _("Sai mã nhiều lần. Hãy đợi %(seconds)d giây rồi thử lại.") % {
        "seconds": max(1, seconds)
    }


def _try_token(request: HttpRequest, device: TOTPDevice, form: TokenForm) -> str:
    """Verify against one device, under its lock: two tries at once are two tries.

    Gives "" and signs in, or why not.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        wait = _wait_text(device)
        if wait:
            return wait
        if not device.verify_token(form.cleaned_data["token"]):
            return _("Mã không đúng hoặc đã dùng. Hãy nhập mã đang hiện trên ứng dụng.")
        if not device.confirmed:
            device.confirmed = True
            device.name = form.cleaned_data.get("name") or _("Điện thoại")
            device.save(update_fields=["confirmed", "name"])
            account = _account(request)
            record(
                "second_factor.enrolled",
                by=account,
                subject=account,
                detail={"device": device.name},
            )
    # A session id known before the second factor must not be worth anything after it.
    request.session.cycle_key()
    django_otp.login(request, device)
    return ""


def _try_phones(request: HttpRequest, phones: list[TOTPDevice], form: TokenForm) -> str:
    """Verify against each of somebody's phones: the code is of one of them."""
    refusal = ""
    for phone in phones:
        refusal = _try_token(request, phone, form)
        if not refusal:
            # What is the right code of this phone was a wrong one of the others.
            for other in TOTPDevice.objects.filter(user=_account(request)).exclude(pk=phone.pk):
                other.throttle_reset()
            return ""
    return refusal


def _phones(account: User) -> list[TOTPDevice]:
    return list(TOTPDevice.objects.devices_for_user(account, confirmed=True).order_by("pk"))


@never_cache
@login_required
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def show_factor(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: the code that the person's app shows now."""
    devices = _phones(_account(request))
    if not devices:
        has_paper = recovery.has_paper(_account(request))
        return _with_next("people_show_code" if has_paper else "people_enrol_factor", request)
    form = TokenForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        status = 429 if all(_wait_text(device) for device in devices) else 200
        refusal = _try_phones(request, devices, form)
        if not refusal:
            return redirect(_next_page(request))
        form.add_error("token", refusal)
    return render(
        request,
        "people/show_factor.html",
        {"form": form, "next": _next_page(request)},
        status=status,
    )


@never_cache
@login_required
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def enrol_factor(request: HttpRequest) -> HttpResponse:
    """Tie an authenticator app to the account: a QR code, then a first code as proof."""
    account = _account(request)
    phones = _phones(account)
    has_factor = bool(phones) or recovery.has_paper(account)
    if has_factor and not account.is_verified():  # type: ignore[attr-defined]
        # Whoever knows only the password must not add a phone.
        return _with_next("people_show_factor", request)
    if len(phones) >= MOST_PHONES:
        messages.error(request, _("Đã có đủ %(n)d máy. Hãy bỏ bớt một máy.") % {"n": MOST_PHONES})
        return redirect("people_factor_devices")
    device = TOTPDevice.objects.filter(user=account, confirmed=False).order_by("pk").first()
    if device is None:
        device = TOTPDevice.objects.create(user=account, name="totp", confirmed=False)
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = _try_token(request, device, form)
        if not refusal:
            messages.success(
                request, _("Đã thêm máy.") if phones else _("Đã bật xác thực hai lớp.")
            )
            return redirect(_next_page(request))
        form.add_error("token", refusal)
    # omitsize: a viewBox instead of a size, so that the style sheet scales it and crops nothing.
    picture = segno.make(device.config_url, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", svgclass="tm-qr", omitsize=True
    )
    secret = device.config_url.partition("secret=")[2].partition("&")[0]
    return render(
        request,
        "people/enrol_factor.html",
        {
            "form": form,
            "next": _next_page(request),
            "picture": mark_safe(picture),  # noqa: S308 (drawn here, from our own address)
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "issuer": settings.OTP_TOTP_ISSUER,
            "phones": phones,
        },
    )
