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
from tiengmo.people.forms import TokenForm
from tiengmo.people.models import User


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


def _try_token(request: HttpRequest, device: TOTPDevice, form: TokenForm) -> bool:
    """Verify against one device, under its lock: two tries at once are two tries."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        wait = _wait_text(device)
        if wait:
            form.add_error("token", wait)
            return False
        if not device.verify_token(form.cleaned_data["token"]):
            form.add_error(
                "token", _("Mã không đúng hoặc đã dùng. Hãy nhập mã đang hiện trên ứng dụng.")
            )
            return False
        if not device.confirmed:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            TOTPDevice.objects.filter(user=_account(request)).exclude(pk=device.pk).delete()
            record("second_factor.enrolled", by=_account(request), subject=_account(request))
    # A session id known before the second factor must not be worth anything after it.
    request.session.cycle_key()
    django_otp.login(request, device)
    return True


@never_cache
@login_required
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def show_factor(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: the code that the person's app shows now."""
    devices = list(TOTPDevice.objects.devices_for_user(_account(request), confirmed=True))
    if not devices:
        return _with_next("people_enrol_factor", request)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _try_token(request, devices[0], form):
        return redirect(_next_page(request))
    status = 429 if request.method == "POST" and _wait_text(devices[0]) else 200
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
    has_device = TOTPDevice.objects.devices_for_user(account, confirmed=True).exists()
    if has_device and not account.is_verified():  # type: ignore[attr-defined]
        # Whoever knows only the password must not swap the phone.
        return _with_next("people_show_factor", request)
    device = TOTPDevice.objects.filter(user=account, confirmed=False).order_by("pk").first()
    if device is None:
        device = TOTPDevice.objects.create(user=account, name="totp", confirmed=False)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _try_token(request, device, form):
        messages.success(request, _("Đã bật xác thực hai lớp."))
        return redirect(_next_page(request))
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
            "has_device": has_device,
        },
    )
