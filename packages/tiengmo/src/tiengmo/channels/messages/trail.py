"""Text messages that were stopped in time, those on telephones, and what was sent after them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count, Max, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.messages.composing import TOLD
from tiengmo.channels.messages.models import Message
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import deliveries_of, newer_versions, place_of
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from tiengmo.releases.models import Delivery

State = Message.State
ARRIVING = (State.ACCEPTED, State.DELIVERED)


def counted(count: int) -> str:
    return ngettext("%(n)d số máy", "%(n)d số máy", count) % {"n": count}


def rows_for(channel: str) -> Callable[[Release], list[TrailRow]]:
    def rows_of(release: Release) -> list[TrailRow]:
        deliveries = deliveries_of(release, channel)
        states, followed = _states(deliveries), _followed(release, deliveries)
        return [
            row
            for one in deliveries
            for row in _rows(release, one, states[one.pk], followed[one.pk])
        ]

    return rows_of


def _states(deliveries: list[Delivery]) -> dict[UUID, dict[str, tuple[int, datetime | None]]]:
    """Delivery → state → how many messages, and the last instant among them."""
    found: dict[UUID, dict[str, tuple[int, datetime | None]]] = defaultdict(dict)
    rows = Message.objects.filter(delivery__in=deliveries, kind=Message.Kind.NEWS).order_by()
    for pk, state, count, sent, ended in rows.values_list("delivery", "state").annotate(
        count=Count("pk"), sent=Max("sent_at"), ended=Max("ended_at")
    ):
        found[pk][state] = (count, sent or ended)
    return found


def _followed(release: Release, deliveries: list[Delivery]) -> dict[UUID, Counter[str]]:
    """Delivery → in which state is what each of the told was sent afterwards; "" for nothing."""
    after = Message.objects.filter(subscriber=OuterRef("subscriber"))
    if release.status == Release.Status.WITHDRAWN:
        after = after.filter(release=release, kind=Message.Kind.WITHDRAWAL)
    else:
        after = after.filter(release__in=newer_versions(release), kind=Message.Kind.NEWS)
    told = Message.objects.filter(
        delivery__in=deliveries, kind=Message.Kind.NEWS, state__in=TOLD
    ).annotate(after=Subquery(after.order_by("-due_at").values("state")[:1]))
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for pk, state, count in (
        told.order_by().values_list("delivery", "after").annotate(count=Count("pk"))
    ):
        found[pk][state or ""] = count
    return found


def _rows(
    release: Release,
    one: Delivery,
    states: dict[str, tuple[int, datetime | None]],
    followed: Counter[str],
) -> list[TrailRow]:
    where = place_of(one)
    rows = []
    if State.CANCELLED in states:
        count, at = states[State.CANCELLED]
        by = _("dừng trước khi gửi")
        rows.append(TrailRow(Standing.TAKEN_BACK, where, count, one.village, at, by))
    if State.WAITING in states:
        count, at = states[State.WAITING]
        note = _("còn chờ gửi, chưa dừng")
        rows.append(TrailRow(Standing.WAITING, where, count, one.village, at, note=note))
    out = sum(states[state][0] for state in TOLD if state in states)
    if out:
        told = sum(followed[state] for state in ARRIVING)
        rows.append(
            TrailRow(
                Standing.GONE,
                where,
                out,
                one.village,
                max(
                    (at for state in TOLD if (at := states.get(state, (0, None))[1])), default=None
                ),
                note=_note(states),
                follows=_follows(release, told, out, followed),
                is_followed=told >= out,
            )
        )
    return rows


def _note(states: dict[str, tuple[int, datetime | None]]) -> str:
    parts = [f"{State(state).label}: {states[state][0]}" for state in TOLD if state in states]
    return ", ".join(parts)


def _follows(release: Release, told: int, out: int, followed: Counter[str]) -> str:
    if release.status == Release.Status.WITHDRAWN:
        text = _("Tin báo gỡ đã gửi tới %(told)d trên %(out)d số.")
    else:
        text = _("Tin đính chính đã gửi tới %(told)d trên %(out)d số.")
    parts = [text % {"told": told, "out": out}]
    if waiting := followed[State.WAITING] + followed[State.SENDING]:
        parts.append(
            ngettext("%(n)d số đang chờ gửi.", "%(n)d số đang chờ gửi.", waiting) % {"n": waiting}
        )
    failed = followed[State.FAILED] + followed[State.CANCELLED] + followed[State.IN_DOUBT]
    if failed:
        parts.append(
            ngettext("%(n)d số không tới hoặc chưa rõ.", "%(n)d số không tới hoặc chưa rõ.", failed)
            % {"n": failed}
        )
    if followed[""]:
        parts.append(
            ngettext(
                "%(n)d số không có tin nào đi sau (đã ngừng nhận, hoặc bản mới không nhắn tin).",
                "%(n)d số không có tin nào đi sau (đã ngừng nhận, hoặc bản mới không nhắn tin).",
                followed[""],
            )
            % {"n": followed[""]}
        )
    return " ".join(parts)
