import math
from typing import Any

from axes.helpers import get_cool_off
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.account import LoginView

from tiengmo.audit.actions import record
from tiengmo.people.forms import SignInForm


class SignInView(LoginView):
    """Wagtail's sign-in page with our form, and a row in the audit log."""

    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record("account.signed_in", by=form.get_user(), subject=form.get_user())
        return response


class SetPasswordView(auth_views.PasswordResetConfirmView):
    """Where a one-time link leads: the owner of a new or locked-out account sets a password."""

    template_name = "people/set_password.html"
    success_url = reverse_lazy("wagtailadmin_login")
    title = gettext_lazy("Đặt mật khẩu")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record("account.password_set", by=form.user, subject=form.user)
        messages.success(self.request, _("Đã đặt mật khẩu. Mời bạn đăng nhập."))
        return response


def locked_out(
    request: HttpRequest, _original: HttpResponse | None = None, _credentials: Any = None
) -> HttpResponse:
    """What somebody sees after too many wrong passwords: a page that says what to do (429)."""
    cool_off = get_cool_off(request)
    seconds = cool_off.total_seconds() if cool_off else 0
    response = render(
        request,
        "people/locked_out.html",
        {"minutes": math.ceil(seconds / 60)},
        status=429,
    )
    if seconds:
        response["Retry-After"] = str(int(seconds))
    return response
