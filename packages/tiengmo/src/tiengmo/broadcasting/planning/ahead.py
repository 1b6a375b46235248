"""The plan for a station and all below it: who has the air, in what order, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import Episode, FillRule, Part, PlayoutItem
from tiengmo.broadcasting.parts import EPISODE_RELATED, EPISODE_SEGMENTS, Piece, pieces_of
from tiengmo.broadcasting.rules.placing import BREATH, OVERRUN, Span, lay_out
from tiengmo.outbox.actions import announce

from .fill import fill_stations
from .holding import HORIZON, LONGEST, frozen_until, hold_airtime

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

# A late start is still worth it for this long, however short the sound.
LEAST_WINDOW = timedelta(seconds=30)


@dataclass
class Plan:
    """The air of some hours: what stands in it, and what this plan changes."""

    now: datetime
    airtime: Airtime
    # What is already on the air, or is not this plan's to move; grows as places are given.
    standing: list[PlayoutItem] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)

    @property
    def frozen_until(self) -> datetime:
        return frozen_until(self.now)

    @property
    def until(self) -> datetime:
        return self.now + HORIZON

    def heard_by(self, villages: frozenset[int]) -> list[PlayoutItem]:
        return [one for one in self.standing if villages & self.airtime.villages(one.areas)]


def span_of(item: PlayoutItem) -> Span:
    return Span(item.start_at, item.start_at + timedelta(milliseconds=item.duration_ms))


def plan_ahead(station: Unit) -> set[int]:
    """Give every episode and every gap of a station, and of those below it, its items.

    Who goes first: the higher station (its villages are theirs too), then who begins earlier. What
    boxes may be about to play stays; items that stay what they were keep their id. Announces the
    schedules that changed and gives their stations' ids.
    """
    with transaction.atomic():
        hold_airtime(station)
        plan = Plan(timezone.now(), Airtime())
        stations = plan.airtime.below(_root(plan, station))
        own = _read(plan, set(stations))
        for episode in _episodes(plan, stations):
            _lay_episode(plan, episode, own)
        fill_stations(plan, stations, own)
        for item in own.values():
            plan.changed.add(item.station_id)
        PlayoutItem.objects.filter(pk__in=[item.pk for item in own.values()]).delete()
        for station_id in sorted(plan.changed):
            announce(
                "station.publish", {"station": station_id}, key=f"station.publish:{station_id}"
            )
    return plan.changed


def _root(plan: Plan, station: Unit) -> int:
    """Where to begin: a higher station's fill makes room for what is planned below it."""
    line = plan.airtime.line(station.pk)
    filling = set(FillRule.objects.filter(station__in=line).values_list("station_id", flat=True))
    return next((pk for pk in reversed(line) if pk in filling), station.pk)


Key = tuple[Any, ...]


def _read(plan: Plan, stations: set[int]) -> dict[Key, PlayoutItem]:
    """Sort what is planned into what stands and what may still be moved (given back by key)."""
    movable: dict[Key, PlayoutItem] = {}
    coming = PlayoutItem.objects.filter(
        cancelled_at=None, start_at__gte=plan.now - LONGEST, start_at__lt=plan.until + LONGEST
    )
    for item in coming:
        is_ours = item.station_id in stations and item.part != Part.OWN
        if is_ours and item.start_at > plan.frozen_until:
            if item.part == Part.FILL:
                key: Key = ("fill", item.pk)
            else:
                key = (item.episode_id, item.part, item.segment_id)
            # Two of one key cannot both be kept; the second goes.
            movable[key if key not in movable else ("twice", item.pk)] = item
        else:
            plan.standing.append(item)
    return movable


def _episodes(plan: Plan, stations: list[int]) -> list[Episode]:
    found = Episode.objects.filter(
        station__in=stations,
        cancelled_at=None,
        start_at__gte=plan.now - LONGEST,
        start_at__lt=plan.until,
    )
    found = found.select_related(*EPISODE_RELATED).prefetch_related(*EPISODE_SEGMENTS)
    return sorted(
        found, key=lambda one: (plan.airtime.depth(one.station_id), one.start_at, str(one.pk))
    )


def _lay_episode(plan: Plan, episode: Episode, movable: dict[Key, PlayoutItem]) -> None:
    begun = [one for one in plan.standing if one.episode_id == episode.pk]
    done = {(one.part, one.segment_id) for one in begun}
    pieces = [one for one in pieces_of(episode) if one.editions and one.key not in done]
    if not pieces or plan.now > episode.end_at + OVERRUN:
        return
    start = episode.start_at
    if start <= plan.frozen_until:
        start = plan.frozen_until + BREATH
    if begun:
        start = max(start, max(span_of(one).end for one in begun) + BREATH)
    areas = [episode.station.code]
    villages = plan.airtime.villages(areas)
    yielding, walls = [], plan.airtime.quiet_everywhere(villages, start, episode.end_at + LONGEST)
    for item in plan.heard_by(villages):
        if item.episode_id == episode.pk:
            continue
        if item.part in {Part.OWN, Part.FILL}:
            yielding.append(span_of(item))
        else:
            walls.append(span_of(item))
    placing = lay_out(
        start,
        episode.end_at,
        [piece.duration for piece in pieces],
        yielding=yielding,
        walls=walls,
    )
    for piece, start_at in zip(pieces, placing.starts, strict=True):
        if start_at is not None:
            _place(plan, episode, piece, start_at, movable)


def _place(
    plan: Plan,
    episode: Episode,
    piece: Piece,
    start_at: datetime,
    movable: dict[Key, PlayoutItem],
) -> None:
    areas = plan.airtime.narrowed([episode.station.code], Span(start_at, start_at + piece.duration))
    if not areas:
        return
    duration_ms = int(piece.duration / timedelta(milliseconds=1))
    title = f"{episode}: {piece.title}"
    wanted = {
        "station_id": episode.station_id,
        "title": title[:300],
        "part": piece.part,
        "episode_id": episode.pk,
        "segment_id": piece.segment.pk if piece.segment is not None else None,
        "areas": areas,
        "editions": piece.editions,
        "start_at": start_at,
        "start_before_at": start_at + max(piece.duration, LEAST_WINDOW),
        "duration_ms": duration_ms,
    }
    keep(plan, movable.pop((episode.pk, piece.part, wanted["segment_id"]), None), wanted)


def keep(plan: Plan, item: PlayoutItem | None, wanted: dict[str, Any]) -> None:
    """Write an item as it shall be, if it is not so already, and let it stand."""
    if item is None:
        item = PlayoutItem.objects.create(**wanted)
    elif changes := {name: value for name, value in wanted.items() if getattr(item, name) != value}:
        for name, value in changes.items():
            setattr(item, name, value)
        item.save(update_fields=list(changes))
    else:
        plan.standing.append(item)
        return
    plan.changed.add(item.station_id)
    plan.standing.append(item)
