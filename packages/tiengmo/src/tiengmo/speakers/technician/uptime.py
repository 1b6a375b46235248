"""Uptime by box over a period, from the hours and days that were counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiengmo.speakers.models import DayTally, HourTally

from .rules import hour_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.speakers.models import Box

PERIODS = {"24h": 24, "7d": 7, "30d": 30}
_FIELDS = (
    "known_seconds",
    "online_seconds",
    "outages",
    "played",
    "cut",
    "missed",
    "bytes_in",
    "bytes_out",
)


@dataclass(frozen=True)
class Cell:
    """One hour or day: `share` online of known, None where nothing is known."""

    at: datetime | date
    share: float | None

    @property
    def percent(self) -> float | None:
        return None if self.share is None else 100 * self.share

    @property
    def grade(self) -> str:
        """For the eye: `none`, `good`, `fair` or `poor`."""
        if self.share is None:
            return "none"
        return "good" if self.share >= 0.99 else "fair" if self.share >= 0.9 else "poor"  # noqa: PLR2004


@dataclass
class Record:
    """One box's period."""

    box: Box
    cells: list[Cell] = field(default_factory=list)
    known_seconds: int = 0
    online_seconds: int = 0
    outages: int = 0
    played: int = 0
    cut: int = 0
    missed: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    @property
    def uptime(self) -> float | None:
        """Percent, None when nothing is known."""
        return share_of(self.known_seconds, self.online_seconds, times=100)

    @property
    def bytes_used(self) -> int:
        return self.bytes_in + self.bytes_out


def share_of(known: int, online: int, *, times: int = 1) -> float | None:
    return None if not known else times * online / known


def records(boxes: Iterable[Box], period: str, *, now: datetime | None = None) -> list[Record]:
    """Return every box's record over `24h` (by hours), `7d` or `30d` (by days), the worst first."""
    now = now or timezone.now()
    found = {box.pk: Record(box) for box in boxes}
    slots: list[datetime] | list[date]
    rows: QuerySet[Any, tuple[Any, ...]]
    if period == "24h":
        slots = [hour_of(now) - timedelta(hours=n) for n in reversed(range(PERIODS[period]))]
        rows = HourTally.objects.filter(hour_at__gte=slots[0]).values_list(
            "box_id", "hour_at", *_FIELDS
        )
    else:
        today = timezone.localtime(now).date()
        slots = [today - timedelta(days=n) for n in reversed(range(PERIODS[period]))]
        rows = DayTally.objects.filter(on__gte=slots[0]).values_list("box_id", "on", *_FIELDS)
    if len(found) < 100:  # noqa: PLR2004 - one page of boxes; a fleet is read whole
        rows = rows.filter(box__in=found)
    shares: dict[str, dict[datetime | date, float | None]] = defaultdict(dict)
    for serial, at, *numbers in rows:
        record = found.get(serial)
        if record is None:
            continue
        for name, number in zip(_FIELDS, numbers, strict=True):
            setattr(record, name, getattr(record, name) + number)
        shares[serial][at] = share_of(numbers[0], numbers[1])
    for serial, record in found.items():
        record.cells = [Cell(at, shares[serial].get(at)) for at in slots]
    return sorted(
        found.values(),
        key=lambda one: (one.uptime is None, one.uptime or 0.0, -one.outages, one.box.name),
    )


def together(those: Iterable[Record]) -> Record | None:
    """The sum of many, for the head of a page; None of none. `box` is the first one's."""
    total: Record | None = None
    for one in those:
        if total is None:
            total = Record(one.box)
        for name in _FIELDS:
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total
