"""Hours and days of every box, counted from outages, reports and the boxes' own counters."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone

from tiengmo.speakers.models import (
    Box,
    DayTally,
    HourTally,
    Listening,
    LogPart,
    Outage,
    PlayReport,
    Refusal,
    TestRound,
)

from .rules import Span, hour_of, overlap, uptime

if TYPE_CHECKING:
    from collections.abc import Sequence

KEEP_HOURS = timedelta(days=14)
KEEP_DAYS = timedelta(days=400)
KEEP_LOGS = timedelta(days=30)
HOUR = timedelta(hours=1)
NOTICED_LATE = timedelta(minutes=5)
_COUNTED = (
    "known_seconds",
    "online_seconds",
    "outages",
    "played",
    "cut",
    "missed",
    "refusals",
    "bytes_in",
    "bytes_out",
)
BATCH = 1000


def tally(now: datetime | None = None) -> int:
    """Bring the hours and days up to date and forget the old ones; how many rows were written.

    The hour under way is written again each time, and the one before it for a few minutes more, as
    an outage is noticed late. Hours that nobody counted (the worker was away) are made up for.
    """
    now = now or timezone.now()
    newest = HourTally.objects.aggregate(at=Max("hour_at"))["at"]
    begun = newest or Listening.objects.aggregate(at=Min("began_at"))["at"] or now
    first = hour_of(min(begun, now - NOTICED_LATE))
    first = max(first, hour_of(now) - KEEP_HOURS)
    written = 0
    hour = first
    while hour <= now:
        written += tally_hour(hour, now=now)
        hour += HOUR
    days = {timezone.localtime(first).date(), timezone.localtime(now).date()}
    on = min(days)
    while on <= max(days):
        tally_day(on)
        on += timedelta(days=1)
    forget_old(now)
    return written


def tally_hour(hour: datetime, *, now: datetime) -> int:
    """Count one hour of every box that was in service in it."""
    ends = min(hour + HOUR, now)
    span = (hour, ends)
    listened = overlap(
        Listening.objects.filter(until_at__gte=hour, began_at__lt=ends).values_list(
            "began_at", "until_at"
        ),
        span,
    )
    absent = _absences(span, now)
    began = _counted(Outage.objects.filter(began_at__gte=hour, began_at__lt=ends))
    plays = _plays(hour, ends)
    refused = _counted(Refusal.objects.filter(received_at__gte=hour, received_at__lt=ends))
    totals = _totals_before(hour)
    rows = []
    boxes = Box.objects.filter(enrolled_at__lt=ends).filter(
        Q(retired_at=None) | Q(retired_at__gt=hour)
    )
    for box in boxes.iterator(chunk_size=BATCH):
        served = (max(hour, box.enrolled_at), min(ends, box.retired_at or ends))
        known, online = uptime(
            overlap(listened, served),
            [served] if box.last_seen_at is None else absent.get(box.pk, []),
        )
        # Of a box long in service no hour may be kept: its past is not this hour's.
        is_new = box.enrolled_at >= hour - HOUR
        unknown = (0, 0) if is_new else (box.bytes_in, box.bytes_out)
        bytes_in, bytes_out = totals.get(box.pk, unknown)
        rows.append(
            HourTally(
                box=box,
                hour_at=hour,
                known_seconds=round(known),
                online_seconds=min(round(known), round(online)),
                outages=began.get(box.pk, 0),
                refusals=refused.get(box.pk, 0),
                bytes_in=max(0, box.bytes_in - bytes_in),
                bytes_out=max(0, box.bytes_out - bytes_out),
                bytes_in_total=box.bytes_in,
                bytes_out_total=box.bytes_out,
                **plays.get(box.pk, {}),
            )
        )
    # An hour that is over keeps the counters that stood at its end, whatever is counted again.
    kept = ("bytes_in", "bytes_out") if ends < now else ()
    _write(rows, [name for name in _COUNTED if name not in kept], is_over=bool(kept))
    return len(rows)


def _write(rows: Sequence[HourTally], fields: list[str], *, is_over: bool) -> None:
    if not is_over:
        fields = [*fields, "bytes_in_total", "bytes_out_total"]
    HourTally.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["box", "hour_at"],
        update_fields=fields,
    )


def _absences(span: Span, now: datetime) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    outages = Outage.objects.filter(began_at__lt=span[1]).filter(
        Q(ended_at=None) | Q(ended_at__gt=span[0])
    )
    for box, start, end in outages.values_list("box_id", "began_at", "ended_at"):
        found[box].append((start, end or now))
    return found


def _counted(rows: Any) -> dict[str, int]:
    return dict(rows.values_list("box_id").annotate(n=Count("pk")).order_by())


def _plays(starts: datetime, ends: datetime) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = (
        PlayReport.objects.filter(received_at__gte=starts, received_at__lt=ends)
        .values_list("box_id", "outcome")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for box, outcome, number in rows:
        if outcome in ("played", "cut", "missed"):
            found[box][outcome] = number
    return found


def _totals_before(hour: datetime) -> dict[str, tuple[int, int]]:
    """Each box's counters as the last counted hour before left them."""
    before = HourTally.objects.filter(hour_at__lt=hour)
    newest = before.aggregate(at=Max("hour_at"))["at"]
    rows = before.filter(hour_at=newest).values_list("box_id", "bytes_in_total", "bytes_out_total")
    return {box: (total_in, total_out) for box, total_in, total_out in rows}


def tally_day(on: date) -> None:
    """Sum a day of the locality's calendar from its hours, while these are kept."""
    starts = timezone.make_aware(datetime(on.year, on.month, on.day))  # noqa: DTZ001 - made aware
    sums: Any = (
        HourTally.objects.filter(hour_at__gte=starts, hour_at__lt=starts + timedelta(days=1))
        .values("box_id")
        .annotate(**{f"sum_{name}": Sum(name) for name in _COUNTED})
        .order_by()
    )
    DayTally.objects.bulk_create(
        [
            DayTally(
                box_id=row["box_id"],
                on=on,
                **{name: row[f"sum_{name}"] or 0 for name in _COUNTED},
            )
            for row in sums
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["box", "on"],
        update_fields=list(_COUNTED),
    )


def forget_old(now: datetime) -> None:
    """Drop what is older than its time of keeping."""
    today = timezone.localtime(now).date()
    with transaction.atomic():
        HourTally.objects.filter(hour_at__lt=now - KEEP_HOURS).delete()
        DayTally.objects.filter(on__lt=today - KEEP_DAYS).delete()
        Outage.objects.filter(ended_at__lt=now - KEEP_DAYS).delete()
        Listening.objects.filter(until_at__lt=now - KEEP_DAYS).delete()
        LogPart.objects.filter(received_at__lt=now - KEEP_LOGS).delete()
        TestRound.objects.filter(on__lt=today - KEEP_DAYS).delete()
