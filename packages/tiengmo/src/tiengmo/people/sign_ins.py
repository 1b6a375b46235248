"""In which browsers somebody is signed in: noted at the door, forgotten when the session ends."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from .address import client_address
from .models import SignIn, User

if TYPE_CHECKING:
    from django.http import HttpRequest

# Where the session names its row.
KEY = "people_sign_in"


def _live() -> Exists:
    return Exists(
        Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    )


def sign_ins_of(user: User) -> QuerySet[SignIn]:
    """Where this person is signed in now, the last used first."""
    return SignIn.objects.filter(_live(), user=user)


def current(request: HttpRequest) -> SignIn | None:
    """The row of the browser that asks."""
    name = request.session.get(KEY)
    return SignIn.objects.filter(pk=name, user_id=request.user.pk).first() if name else None


def begin(request: HttpRequest, user: User) -> SignIn:
    address = client_address(request)
    try:
        validate_ipv46_address(address)
    except ValidationError:  # a socket has none
        address = ""
    row = SignIn.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        agent=request.headers.get("User-Agent", "")[:300],
        address=address or None,
    )
    request.session[KEY] = str(row.pk)
    return row


def on_signed_in(request: HttpRequest, user: User, **_signal: Any) -> None:
    before = request.session.get(KEY)
    if before:
        SignIn.objects.filter(pk=before).delete()
    begin(request, user)


def on_signed_out(request: HttpRequest, **_signal: Any) -> None:
    name = request.session.get(KEY) if hasattr(request, "session") else None
    if name:
        SignIn.objects.filter(pk=name).delete()


def end_sessions(rows: list[SignIn]) -> None:
    """Sign these browsers out: the next thing that they ask for is the sign-in page."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        if row.session_key:
            store(row.session_key).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()


def forget_ended() -> int:
    """Erase sessions that ran out, and all that was noted of them."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
    count, _by_model = SignIn.objects.filter(~_live()).delete()
    return count
