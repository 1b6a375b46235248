"""What was really heard: the boxes' own reports, put together by item."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING

from tiengmo.broadcasting.airtime import zone
from tiengmo.people.queries import units_below
from tiengmo.speakers.models import AnnouncedItem, PlayReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiengmo.places.models import Unit

FIELDS = (
    "item_id", "box_id", "box__name", "box__village__name", "station_code", "outcome", "reason",
    "language", "scheduled_at", "started_at", "start_error_ms", "sample_rate", "samples_played",
    "samples_total",
)  # fmt: skip
MOST_REPORTS = 200_000


@dataclass(frozen=True)
class Heard:
    """One box's account of one item."""

    item_id: str
    serial: str
    box: str
    village: str
    station_code: str
    outcome: str
    reason: str
    language: str
    scheduled_at: datetime | None
    started_at: datetime | None
    start_error_ms: float | None
    sample_rate: int | None
    samples_played: int
    samples_total: int
    title: str = ""

    @property
    def seconds(self) -> float:
        return self.samples_played / self.sample_rate if self.sample_rate else 0.0

    @property
    def share(self) -> float:
        return self.samples_played / self.samples_total if self.samples_total else 0.0


@dataclass
class Played:
    """One item as all boxes together heard it."""

    item_id: str
    title: str
    station_code: str
    at: datetime
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    errors: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def boxes(self) -> int:
        return sum(self.outcomes.values())

    @property
    def played(self) -> int:
        return self.outcomes["played"]

    @property
    def cut(self) -> int:
        return self.outcomes["cut"]

    @property
    def missed(self) -> int:
        return self.outcomes["missed"]

    @property
    def start_error_ms(self) -> float | None:
        return median(self.errors) if self.errors else None


def heard_in(area: Unit, first: date, last: date) -> Iterator[Heard]:
    """Give every report of the area's boxes from one local day to another, in order of time."""
    here = zone()
    begin = datetime.combine(first, time(), tzinfo=here).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=here).astimezone(UTC)
    rows = PlayReport.objects.filter(
        box__village__unit__in=units_below([area]), scheduled_at__gte=begin, scheduled_at__lt=end
    ).order_by("scheduled_at", "item_id", "box_id")
    found = [Heard(*row) for row in rows.values_list(*FIELDS)[:MOST_REPORTS]]
    titles = dict(
        AnnouncedItem.objects.filter(
            start_at__gte=begin - timedelta(days=2), start_at__lt=end
        ).values_list("item_id", "title")
    )
    for one in found:
        yield Heard(**{**vars(one), "title": titles.get(one.item_id, one.item_id)})


def played_in(area: Unit, first: date, last: date) -> list[Played]:
    """Give what was heard, an item a row."""
    found: dict[str, Played] = {}
    for one in heard_in(area, first, last):
        if one.scheduled_at is None:
            continue
        row = found.setdefault(
            one.item_id, Played(one.item_id, one.title, one.station_code, one.scheduled_at)
        )
        row.outcomes[one.outcome] += 1
        if one.outcome != "played" and one.reason:
            row.reasons[one.reason] += 1
        if one.start_error_ms is not None:
            row.errors.append(one.start_error_ms)
        row.seconds = max(row.seconds, one.seconds)
    return sorted(found.values(), key=lambda row: (row.at, row.item_id))
