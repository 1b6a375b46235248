"""What the phone's page asks and sends, as JSON; a refusal is a sentence, or one for each field."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.printed.actions import note_hand_out
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.outreach.runs.actions import take_run
from tiengmo.outreach.runs.errors import RunError
from tiengmo.outreach.runs.tracks import LIMIT_BYTES
from tiengmo.outreach.sessions.actions import take_entry
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.outreach.sessions.phone.forms import HandOutForm, RunForm, SessionForm
from tiengmo.outreach.sessions.phone.in_hand import in_hand, own_entries
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.people.queries import is_staff_signed_in, units_where

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from tiengmo.people.staff import StaffRequest

MOST_BYTES = 16 * 1024
# A run brings its way with it.
MOST_RUN_BYTES = LIMIT_BYTES + LIMIT_BYTES // 2
# Postgres holds no larger number in the column.
MOST_REVISION = 2**31 - 1


def _answers(method: str) -> Callable[[Callable[..., JsonResponse]], Callable[..., HttpResponse]]:
    """Decorate a view for the page: one method, one who goes out to villages, nothing kept."""

    def decorate(view: Callable[..., JsonResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest) -> HttpResponse:
            response = _judged(request)
            response["Cache-Control"] = "no-store"
            return response

        def _judged(request: HttpRequest) -> JsonResponse:
            if request.method != method:
                return _refuse(_("Yêu cầu không hợp lệ."), 405)
            if not is_staff_signed_in(request.user):
                return _refuse(_("Phiên đăng nhập đã hết. Hãy đăng nhập lại."), 401)
            user = request.user
            if not isinstance(user, User) or not units_where(user, Role.PROPAGANDIST).exists():
                return _refuse(
                    _("Trang này dành cho tuyên truyền viên. Hãy nhờ quản trị viên giao vai trò."),
                    403,
                )
            try:
                return view(request)
            except NotAllowed as error:
                return _refuse(str(error), 403)

        return wrapped

    return decorate


def _refuse(reason: str, status: int, **fields: Any) -> JsonResponse:
    return JsonResponse(
        {"error": reason, **fields}, status=status, json_dumps_params={"ensure_ascii": False}
    )


def _now() -> int:
    return round(timezone.now().timestamp() * 1000)


@_answers("GET")
def given(request: StaffRequest) -> JsonResponse:
    """Who is signed in, and what they need in hand to write without a network."""
    told = in_hand(request.user) | {"now": _now(), "csrf": get_token(request)}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@_answers("POST")
def take(request: StaffRequest) -> JsonResponse:
    """Take one entry in. Sent again, it is answered with the same."""
    sent = _sent(request)
    kinds = {"session": _session, "hand_out": _hand_out, "run": _run}
    try:
        pk, act, fields = UUID(str(sent["id"])), kinds[sent["kind"]], sent["fields"]
    except (ValueError, TypeError, KeyError):
        return _refuse(_("Không đọc được dữ liệu điện thoại gửi."), 400)
    if not isinstance(fields, dict):
        return _refuse(_("Không đọc được dữ liệu điện thoại gửi."), 400)
    problems = act(request.user, pk, sent, fields)
    if problems:
        return _refuse(" ".join(problems.values()), 422, problems=problems, now=_now())
    told = {"id": str(pk), "now": _now(), "own": own_entries(request.user)}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


def _sent(request: HttpRequest) -> dict[str, Any]:
    """What the phone sent, or nothing where it cannot be read."""
    try:
        body = request.body
        sent = json.loads(body) if len(body) <= MOST_RUN_BYTES else None
    except (ValueError, RecursionError, RequestDataTooBig):
        return {}
    if not isinstance(sent, dict) or (len(body) > MOST_BYTES and sent.get("kind") != "run"):
        return {}
    return sent


def _revision(sent: dict[str, Any]) -> int | None:
    revision = sent.get("revision")
    is_fit = isinstance(revision, int) and 1 <= revision <= MOST_REVISION
    return revision if is_fit else None


def _session(user: User, pk: UUID, sent: dict[str, Any], fields: dict[str, Any]) -> dict[str, str]:
    revision = _revision(sent)
    if revision is None:
        return {"id": _("Không đọc được dữ liệu điện thoại gửi.")}
    form = SessionForm(fields, user=user)
    if not form.is_valid():
        return form.problems()
    try:
        take_entry(
            pk,
            form.words(),
            by=user,
            revision=revision,
            is_withdrawn=sent.get("withdrawn") is True,
        )
    except SessionError as error:
        return error.problems
    return {}


def _run(user: User, pk: UUID, sent: dict[str, Any], fields: dict[str, Any]) -> dict[str, str]:
    revision = _revision(sent)
    if revision is None:
        return {"id": _("Không đọc được dữ liệu điện thoại gửi.")}
    form = RunForm(fields, user=user)
    if not form.is_valid():
        return form.problems()
    try:
        take_run(
            pk,
            form.words(),
            by=user,
            revision=revision,
            is_withdrawn=sent.get("withdrawn") is True,
        )
    except RunError as error:
        return error.problems
    return {}


def _hand_out(
    user: User, pk: UUID, _sent: dict[str, Any], fields: dict[str, Any]
) -> dict[str, str]:
    form = HandOutForm(fields, user=user)
    if not form.is_valid():
        return form.problems()
    try:
        note_hand_out(form.delivery, by=user, id=pk, **form.wanted())
    except PrintedError as error:
        return {"id": str(error)}
    return {}
