import time
from collections.abc import Callable
from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_otp import user_has_device

from .models import SignIn, User
from .queries import chosen_language, must_show_second_factor
from .sign_ins import KEY, begin, current

# What somebody between the password and the second factor may open.
_OPEN = frozenset(
    {
        "people_show_factor",
        "people_show_code",
        "people_enrol_factor",
        "people_set_password",
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_sprite",
        "wagtailadmin_javascript_catalog",
    }
)


# How often a session that is used is written again: each write moves its end.
_NOTED_EVERY = 600
_SEEN = "people_seen"
_SEEN_EVERY = timedelta(minutes=2)
_LANGUAGE_KEPT = 365 * 24 * 3600


def _asks_by_itself(request: HttpRequest) -> bool:
    """Is this a page that asks by itself (the board, a progress bar)? Then nobody is at work."""
    return request.method == "GET" and bool(
        request.headers.get("x-requested-with") or request.headers.get("hx-request")
    )


class SignedInHere:
    """Knows the browsers in which somebody is signed in, and those that were signed out from afar.

    Public pages are answered before this: only staff pages, uploads and the like come here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        row = None
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            row = self._row(request)
        response = self.get_response(request)
        key = request.session.session_key
        # The session's id changes with the second factor.
        if row is not None and key and key != row.session_key and request.session.get(KEY):
            SignIn.objects.filter(pk=row.pk).update(session_key=key)
        return response

    def _row(self, request: HttpRequest) -> SignIn | None:
        row = current(request)
        if row is None:
            if request.session.get(KEY):
                logout(request)
                messages.info(request, _("Bạn đã đăng xuất trình duyệt này từ một nơi khác."))
                return None
            return begin(request, cast("User", request.user))
        now = timezone.now()
        if not _asks_by_itself(request) and now - row.seen_at > _SEEN_EVERY:
            SignIn.objects.filter(pk=row.pk).update(seen_at=now)
        return row


class IdleSessions:
    """Keeps a session alive while its person works, and lets it end after SESSION_COOKIE_AGE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _asks_by_itself(request) and request.path.startswith(reverse("wagtailadmin_home")):
            self._note(request)
        return self.get_response(request)

    def _note(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        now = int(time.time())
        if now - request.session.get(_SEEN, 0) >= _NOTED_EVERY:
            request.session[_SEEN] = now


class StaffLanguage:
    """The language that somebody chose in the account, also where Wagtail does not look for it.

    Wagtail's own pages follow the account; the steps of signing in are outside them. Before
    anybody is known a cookie of the staff pages tells what was last chosen in this browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        home = reverse("wagtailadmin_home")
        if not request.path.startswith(home):
            return self.get_response(request)
        noted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if noted not in dict(settings.LANGUAGES):
            noted = ""
        known = request.user.is_authenticated
        wanted = chosen_language(request.user) if known else noted
        with translation.override(wanted or settings.LANGUAGE_CODE):
            response = self.get_response(request)
        # Asked again: the request may have signed somebody in, or out.
        if request.user.is_authenticated and (chosen := chosen_language(request.user)) != noted:
            if chosen:
                response.set_cookie(
                    settings.LANGUAGE_COOKIE_NAME,
                    chosen,
                    max_age=_LANGUAGE_KEPT,
                    path=home,
                    secure=settings.SESSION_COOKIE_SECURE,
                    httponly=True,
                    samesite="Lax",
                )
            else:
                response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, path=home, samesite="Lax")
        return response


class SecondFactorMiddleware:
    """Nobody who can put sound on air or administer opens a staff page without a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(reverse("wagtailadmin_home")):
            answer = self._missing_proof(request)
            if answer is not None:
                return answer
        return self.get_response(request)

    def _missing_proof(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not user.is_authenticated:
            return None
        if user.is_demo_account and not settings.IS_DEMO:
            # Their passwords are printed in the documentation.
            logout(request)
            messages.error(request, _("Tài khoản thử chỉ dùng được trong bản chạy thử."))
            return redirect("wagtailadmin_login")
        if user.is_verified() or not must_show_second_factor(user):  # type: ignore[attr-defined]
            return None
        try:
            if resolve(request.path_info).url_name in _OPEN:
                return None
        except Resolver404:
            pass
        page = "people_show_factor" if user_has_device(user) else "people_enrol_factor"
        address = f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}"
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return HttpResponse(_("Cần xác thực hai lớp."), status=403)
        if request.headers.get("hx-request"):
            return HttpResponse(status=403, headers={"HX-Redirect": address})
        return redirect(address)
