"""Signing in with a code from paper, and the page of what proves that it is you."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import django_otp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.people import recovery
from tiengmo.people.actions import remove_factor
from tiengmo.people.errors import NotAllowed
from tiengmo.people.forms import RecoveryForm
from tiengmo.people.views.second_factor import _account, _next_page, _with_next

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@login_required
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def show_code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in, for whoever has lost the phone."""
    account = _account(request)
    device = StaticDevice.objects.filter(user=account).first()
    form = RecoveryForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        if device is not None and (wait := _seconds_to_wait(device)):
            text = _("Sai mã nhiều lần. Hãy đợi %(seconds)d giây rồi thử lại.")
            form.add_error("token", text % {"seconds": wait})
            status = 429
        elif used := recovery.use_code(account, form.cleaned_data["token"]):
            request.session.cycle_key()
            django_otp.login(request, used)
            left = recovery.codes_left(account)
            messages.warning(
                request,
                _("Đã dùng một mã dự phòng, còn %(left)d mã. Mất điện thoại thì đăng ký máy mới.")
                % {"left": left},
            )
            return redirect(_next_page(request))
        else:
            form.add_error("token", _("Mã không đúng hoặc đã dùng."))
    context = {"form": form, "next": _next_page(request)}
    return render(request, "people/show_code.html", context, status=status)


def _seconds_to_wait(device: StaticDevice) -> int:
    is_allowed, refusal = device.verify_is_allowed()
    if is_allowed:
        return 0
    return int(max(1, math.ceil((refusal["locked_until"] - timezone.now()).total_seconds())))


@login_required
@require_POST
def remove_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of the phones."""
    account = _account(request)
    if not account.is_verified():  # type: ignore[attr-defined]
        return _with_next("people_show_factor", request)
    phones = TOTPDevice.objects.devices_for_user(account, confirmed=True)
    device = get_object_or_404(phones, pk=pk)
    try:
        remove_factor(device, by=account)
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã bỏ máy; mã của máy ấy không còn dùng được."))
    return redirect("people_factor_devices")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """The phone, the codes on paper, and when each was last used. New codes are shown once."""
    account = _account(request)
    phones = TOTPDevice.objects.devices_for_user(account, confirmed=True).order_by("pk")
    has_factor = phones.exists() or recovery.has_paper(account)
    if has_factor and not account.is_verified():  # type: ignore[attr-defined]
        return _with_next("people_show_factor", request)
    codes: list[str] = []
    if request.method == "POST" and phones.exists():
        codes = recovery.make_codes(account)
    return render(
        request,
        "people/factor_devices.html",
        {
            "page_title": _("Xác thực hai lớp"),
            "phones": phones,
            "codes": codes,
            "left": recovery.codes_left(account),
            "paper": StaticDevice.objects.filter(user=account).first(),
        },
    )
