"""What the board shows: boxes with their state in one word, titles, and the gateway's pulse."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.people.queries import units_below
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force
from tiengmo.speakers.labels import REFUSAL_REASONS, STATES
from tiengmo.speakers.models import AnnouncedItem, Box, GatewayState
from tiengmo.speakers.rules import GATEWAY_SILENT_AFTER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from tiengmo.people.models import User

REFUSAL_IS_NEWS_FOR = timedelta(hours=24)
OFFSET_WORTH_A_LOOK_MS = 1000
# Order of the table: what needs somebody first.
_ORDER = ["silent", "attention", "playing", "online", "never", "retired"]


@dataclass(frozen=True)
class Row:
    """One box as the board shows it."""

    box: Box
    state: str
    label: Promise | str
    trouble: list[Promise | str]
    playing: str
    upcoming: str
    refusal: Promise | str

    @property
    def order(self) -> tuple[int, str, str]:
        return (_ORDER.index(self.state), self.box.village.unit.name, self.box.name)


@dataclass(frozen=True)
class Pulse:
    """Is anybody listening to the boxes? `since` is when that ended."""

    is_well: bool
    reason: str = ""
    since: datetime | None = None


def visible_units(user: User) -> QuerySet[Unit]:
    """Units in force whose boxes the person may see: where they hold any role, and below."""
    if user.is_superuser:
        return units_in_force()
    held = Unit.objects.filter(assignments__user=user).distinct()
    return units_in_force().filter(pk__in=units_below(held))


def boxes_for(user: User, unit: Unit | None = None) -> QuerySet[Box]:
    """Boxes the person may see, of one unit and below it when that is asked."""
    allowed = set(visible_units(user).values_list("pk", flat=True))
    if unit is not None:
        allowed &= units_below([unit])
    return Box.objects.filter(village__unit__in=allowed).select_related("village__unit")


def rows_of(boxes: Iterable[Box], *, now: datetime | None = None) -> list[Row]:
    """Say of each box what a person wants to know, worst first."""
    boxes = list(boxes)
    now = now or timezone.now()
    named = {box.playing_item for box in boxes} | {box.next_item for box in boxes}
    titles = AnnouncedItem.objects.in_bulk(named - {""})
    rows = [_row(box, titles, now) for box in boxes]
    return sorted(rows, key=lambda row: row.order)


def _row(box: Box, titles: dict[str, AnnouncedItem], now: datetime) -> Row:
    trouble = _trouble(box, now)
    state = _state(box, has_trouble=bool(trouble))
    refusal: Promise | str = ""
    if box.last_refusal_reason:
        refusal = REFUSAL_REASONS.get(box.last_refusal_reason, box.last_refusal_reason)
    return Row(
        box=box,
        state=state,
        label=STATES[state],
        trouble=trouble,
        playing=_title(box.playing_item, titles),
        upcoming=_title(box.next_item, titles),
        refusal=refusal,
    )


def _title(item: str, titles: dict[str, AnnouncedItem]) -> str:
    if not item:
        return ""
    return titles[item].title if item in titles else item


def _state(box: Box, *, has_trouble: bool) -> str:
    if box.is_retired:
        return "retired"
    if box.last_seen_at is None:
        return "never"
    if not box.is_online:
        return "silent"
    if has_trouble:
        return "attention"
    return "playing" if box.playing_item else "online"


def _trouble(box: Box, now: datetime) -> list[Promise | str]:
    from django.utils.translation import gettext as _

    if box.is_retired or not box.is_online:
        return []
    found: list[Promise | str] = []
    if box.is_time_trusted is False:
        found.append(_("đồng hồ chưa tin được"))
    elif abs(box.clock_offset_ms or 0) >= OFFSET_WORTH_A_LOOK_MS:
        found.append(_("đồng hồ máy lệch nhiều"))
    if box.last_refusal_at and now - box.last_refusal_at < REFUSAL_IS_NEWS_FOR:
        found.append(_("vừa từ chối bản tin"))
    if box.reported_volume == 0:
        found.append(_("âm lượng bằng 0"))
    return found


def counts(rows: Iterable[Row]) -> list[tuple[str, Promise | str, int]]:
    """How many boxes are in each state, in the table's order: (state, label, number)."""
    number = Counter(row.state for row in rows)
    return [(state, STATES[state], number[state]) for state in _ORDER if number[state]]


def pulse(now: datetime | None = None) -> Pulse:
    """Say whether the gateway lives and has a broker; without it the board shows the past."""
    from django.utils.translation import gettext as _

    now = now or timezone.now()
    state = GatewayState.objects.order_by("-heartbeat_at").first()
    if state is None:
        return Pulse(is_well=False, reason=_("Cổng loa chưa chạy lần nào."))
    if now - state.heartbeat_at > GATEWAY_SILENT_AFTER:
        return Pulse(
            is_well=False, reason=_("Cổng loa không hoạt động từ"), since=state.heartbeat_at
        )
    if state.disconnected_at is not None:
        return Pulse(
            is_well=False,
            reason=_("Cổng loa mất bộ chuyển tin từ"),
            since=state.disconnected_at,
        )
    return Pulse(is_well=True)
