"""Fills what is left of a station's fill hours from its pool, without early repeats."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tiengmo.broadcasting.models import FillRule, Part, PlayoutItem
from tiengmo.broadcasting.parts import editions_of_sound
from tiengmo.broadcasting.rules.placing import GAP, Span, first_allowed, free_spans
from tiengmo.broadcasting.rules.recurrence import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .ahead import Key, Plan

# One signed schedule carries 500 items in 256 KiB: fill leaves room for what was planned by people.
MOST_FILL_ITEMS = 160
FILL_WINDOW = timedelta(seconds=10)


def fill_stations(plan: Plan, stations: list[int], movable: dict[Key, PlayoutItem]) -> None:
    """Fill every station's gaps, the higher one first; keeps what already fills them well."""
    rules = FillRule.objects.filter(station__in=stations).select_related("station", "pool")
    ordered = sorted(
        rules.prefetch_related("pool__sounds__sound__opus"),
        key=lambda rule: (plan.airtime.depth(rule.station_id), rule.from_at, rule.pk),
    )
    old = [(key, item) for key, item in movable.items() if item.part == Part.FILL]
    number = dict.fromkeys(stations, 0)
    for rule in ordered:
        for window in _windows(plan, rule):
            _keep_old(plan, rule, window, old, movable)
        for window in _windows(plan, rule):
            for wanted in _chosen(plan, rule, window):
                if number[rule.station_id] >= MOST_FILL_ITEMS:
                    break
                number[rule.station_id] += 1
                _put(plan, wanted)


def _put(plan: Plan, wanted: dict[str, Any]) -> None:
    from .ahead import keep

    keep(plan, None, wanted)


def _windows(plan: Plan, rule: FillRule) -> Iterator[Span]:
    day = plan.now.astimezone(plan.airtime.zone).date()
    while True:
        start = instant(day, rule.from_at, plan.airtime.zone)
        if start >= plan.until:
            return
        # Nobody has looked at what stands behind the plan's end.
        end = min(instant(day, rule.to_at, plan.airtime.zone), plan.until)
        start = max(start, plan.frozen_until + GAP)
        if start < end:
            yield Span(start, end)
        day += timedelta(days=1)


def _taken(plan: Plan, rule: FillRule, window: Span) -> list[Span]:
    from .ahead import span_of

    villages = plan.airtime.villages([rule.station.code])
    # Nobody's quiet hours are filled, not even one village's: music is not worth the exception.
    quiet = plan.airtime.quiet_somewhere(villages, window.start, window.end)
    return [*quiet, *(span_of(item) for item in plan.heard_by(villages))]


def _keep_old(
    plan: Plan,
    rule: FillRule,
    window: Span,
    old: list[tuple[Key, PlayoutItem]],
    movable: dict[Key, PlayoutItem],
) -> None:
    """Leave what was chosen before where nothing has come over it: boxes already hold it."""
    from .ahead import span_of

    allowed = {
        edition["sha256"]
        for entry in rule.pool.sounds.all()
        for edition in editions_of_sound(entry.sound, "")
    }
    taken = _taken(plan, rule, window)
    for key, item in old:
        span = span_of(item)
        stays = (
            item.fill_rule_id == rule.pk
            and key in movable
            and window.start <= span.start
            and span.end <= window.end
            and item.editions[0]["sha256"] in allowed
            and not any(Span(s.start - GAP, s.end + GAP).meets(span) for s in taken)
        )
        if stays:
            del movable[key]
            plan.standing.append(item)


def _chosen(plan: Plan, rule: FillRule, window: Span) -> Iterator[dict[str, Any]]:
    no_repeat = timedelta(minutes=rule.no_repeat_minutes)
    sounds = [
        (entry, editions)
        for entry in rule.pool.sounds.all()
        if (editions := editions_of_sound(entry.sound, ""))
    ]
    heard = _heard_at(plan, rule, no_repeat)
    for gap in free_spans(window, _taken(plan, rule, window)):
        cursor = gap.start
        while True:
            # Whoever may be heard first; of several, who was not heard for longest.
            best = None
            for entry, editions in sounds:
                length = timedelta(milliseconds=editions[0]["duration_ms"])
                times = heard.setdefault(editions[0]["sha256"], [])
                at = first_allowed(cursor, times, no_repeat + length)
                if at + length > gap.end:
                    continue
                last = max((one for one in times if one < at), default=None)
                rank = (at, last is not None, last or at, entry.pk)
                if best is None or rank < best[0]:
                    best = (rank, entry, editions, length)
            if best is None:
                break
            (at, *_order), entry, editions, length = best
            heard[editions[0]["sha256"]].append(at)
            yield {
                "station_id": rule.station_id,
                "title": entry.title[:300],
                "part": Part.FILL,
                "fill_rule_id": rule.pk,
                "areas": [rule.station.code],
                "editions": editions,
                "start_at": at,
                "start_before_at": at + FILL_WINDOW,
                "duration_ms": editions[0]["duration_ms"],
            }
            cursor = at + length + GAP


def _heard_at(plan: Plan, rule: FillRule, no_repeat: timedelta) -> dict[str, list[datetime]]:
    """When each sound of the pool is heard, before this plan and in it."""
    past = PlayoutItem.objects.filter(
        station=rule.station,
        part=Part.FILL,
        cancelled_at=None,
        start_at__gte=plan.now - no_repeat - timedelta(hours=1),
        start_at__lte=plan.frozen_until,
    )
    found: dict[str, list[datetime]] = {}
    villages = plan.airtime.villages([rule.station.code])
    fill = [item for item in plan.heard_by(villages) if item.part == Part.FILL]
    for item in {item.pk: item for item in [*past, *fill]}.values():
        found.setdefault(item.editions[0]["sha256"], []).append(item.start_at)
    return found
