"""Reads of the studio."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role, line_of, units_below, units_where
from tiengmo.places.queries import units_in_force, villages_in
from tiengmo.speakers.models import Box
from tiengmo.speakers.rules import parse_quiet_hours

from .models import EmergencyVoice, LiveTakeover, PlayoutState, Relay, RelayState, StudioEvent
from .rules import EMERGENCY_WAITS, PLAYOUT_SILENT_AFTER, Hours
from .workflow import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.places.models import Unit


def open_takeovers() -> QuerySet[LiveTakeover]:
    return LiveTakeover.objects.filter(state__in=OPEN).select_related("station", "by")


def takeovers_in(areas: Iterable[str]) -> list[LiveTakeover]:
    """Open takeovers that speak to any village of these areas."""
    villages = set(villages_in(areas).values_list("pk", flat=True))
    return [
        held
        for held in open_takeovers().order_by("started_at")
        if villages.intersection(villages_in(held.areas).values_list("pk", flat=True))
    ]


def is_above(unit: Unit, other: Unit) -> bool:
    """Does `unit` lie strictly above `other`?"""
    return unit.pk in {above.pk for above in line_of(other)[1:]}


def stations_of(user: User) -> QuerySet[Unit]:
    """Stations that a person may operate: where the role was given, and everything below."""
    if user.is_superuser:
        return units_in_force().order_by("code")
    held = units_where(user, Role.OPERATOR)
    return units_in_force().filter(pk__in=units_below(held)).order_by("code")


def highest_stations_of(user: User) -> list[Unit]:
    """Where the role itself was given: what a person speaks for unless they say otherwise."""
    if user.is_superuser:
        return list(units_in_force().filter(parent=None))
    held = set(units_where(user, Role.OPERATOR))
    return [
        unit
        for unit in sorted(held, key=lambda unit: unit.code)
        if not held.intersection(line_of(unit)[1:])
    ]


def takeovers_for(user: User) -> QuerySet[LiveTakeover]:
    """Takeovers of the stations a person may operate, and of those above, which they also hear.

    And emergencies that they seconded: an approver operates no station.
    """
    own = set(stations_of(user).values_list("pk", flat=True))
    above = {unit.pk for station in highest_stations_of(user) for unit in line_of(station)}
    seen = Q(station__in=own | above) | Q(emergency__seconder=user)
    return LiveTakeover.objects.filter(seen).select_related("station", "by")


def may_end(user: User, takeover: LiveTakeover) -> bool:
    """Who speaks, who let them speak over everything, and whoever operates the station."""
    return (
        takeover.by_id == user.pk
        or EmergencyVoice.objects.filter(takeover=takeover, seconder=user).exists()
        or user.is_superuser
        or has_role(user, Role.OPERATOR, takeover.station)
    )


def may_issue(user: User, unit: Unit) -> bool:
    return any(has_role(user, role, unit) for role in (Role.APPROVER, Role.OPERATOR))


def emergencies_for(user: User) -> list[EmergencyVoice]:
    """Voices over everything that this person may second, or has asked for; newest first."""
    since = timezone.now() - EMERGENCY_WAITS
    rows = EmergencyVoice.objects.filter(takeover=None, dropped_at=None, asked_at__gt=since)
    return [one for one in rows.select_related("station") if may_issue(user, one.station)]


def relays_for(user: User) -> QuerySet[Relay]:
    return (
        Relay.objects.filter(station__in=stations_of(user))
        .select_related("station", "upstream")
        .prefetch_related("hours", "fallbacks__sound")
    )


def relays_on_air(now: datetime | None = None) -> QuerySet[Relay]:
    """Relays whose sound goes out now, their source's or their fallback's."""
    now = now or timezone.now()
    return (
        Relay.objects.filter(is_enabled=True, session_from__lte=now, session_until__gt=now)
        .filter(state__in=(RelayState.SOURCE, RelayState.FALLBACK))
        .exclude(takeover="")
        .select_related("station")
    )


def open_alarms(user: User) -> QuerySet[StudioEvent]:
    return StudioEvent.objects.filter(
        is_alarm=True, seen_at=None, station__in=stations_of(user)
    ).select_related("station", "takeover", "relay")


def boxes_playing(item_prefix: str, areas: Iterable[str]) -> tuple[int, int]:
    """How many boxes of these areas say that they play it, and how many are on line there."""
    boxes = Box.objects.filter(village__in=villages_in(areas), is_online=True, retired_at=None)
    playing = boxes.filter(playing_item__startswith=item_prefix).count() if item_prefix else 0
    return playing, boxes.count()


def is_playout_alive(now: datetime | None = None) -> bool:
    """Is there a process that would take a voice in?"""
    since = (now or timezone.now()) - PLAYOUT_SILENT_AFTER
    return PlayoutState.objects.filter(heartbeat_at__gt=since).exists()


def hours_of(relay: Relay) -> list[Hours]:
    return [
        Hours(days=frozenset(row.days), starts=row.starts, ends=row.ends)
        for row in relay.hours.all()
    ]


def quiet_hours_in(areas: Iterable[str]) -> set[tuple[time, time]]:
    """Local spans in which some box of these areas keeps quiet for all but emergencies."""
    spans = [
        own
        for (own,) in Box.objects.filter(village__in=villages_in(areas), retired_at=None)
        .order_by()
        .values_list("quiet_hours")
    ]
    spans.append(parse_quiet_hours(settings.QUIET_HOURS))
    return {
        (time.fromisoformat(one["start"]), time.fromisoformat(one["end"]))
        for own in spans
        for one in own
    }
