from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.airtime import zone
from tiengmo.broadcasting.models import Episode, Segment
from tiengmo.releases.models import Release

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit


@dataclass
class Copied:
    """What came of copying a week."""

    made: int = 0
    filled: int = 0
    skipped: int = 0


def copy_week(station: Unit, *, monday: date, to_monday: date, by: Actor) -> Copied:
    """Repeat one week's programme in another: single episodes, and what lies in all of them.

    An episode that a rule has already made in the other week at that local time is filled if it is
    empty, and left alone if it is not; a bulletin withdrawn meanwhile is not copied, nor what would
    begin in the past. Copying twice changes nothing more. Raises NotAllowed.
    """
    require_operator(by, station)
    here, now = zone(), timezone.now()
    with transaction.atomic():
        copied = Copied()
        for episode in _week(station, monday).prefetch_related("segments__release"):
            local = episode.start_at.astimezone(here)
            day = local.date() + (to_monday - monday)
            at = datetime.combine(day, local.time(), tzinfo=here).astimezone(UTC)
            if at <= now:
                copied.skipped += 1
                continue
            there = Episode.objects.filter(show=episode.show, start_at=at, cancelled_at=None)
            target = there.prefetch_related("segments").first()
            if target is None:
                target = Episode.objects.create(
                    show=episode.show,
                    station=station,
                    start_at=at,
                    length_minutes=episode.length_minutes,
                    title=episode.title,
                )
                copied.made += 1
            elif target.segments.all():
                copied.skipped += 1
                continue
            elif episode.segments.all():
                copied.filled += 1
            _copy_segments(episode, target)
        follow_up(
            "week_copied",
            by=by,
            station=station,
            subject=station,
            detail={"from": monday.isoformat(), "to": to_monday.isoformat(), **vars(copied)},
        )
    return copied


def _week(station: Unit, monday: date) -> QuerySet[Episode]:
    here = zone()
    first = datetime.combine(monday, time(), tzinfo=here)
    last = datetime.combine(monday + timedelta(days=7), time(), tzinfo=here)
    found = Episode.objects.filter(
        station=station, cancelled_at=None, start_at__gte=first, start_at__lt=last
    )
    return found.filter(show__closed_at=None).select_related("show")


def _copy_segments(source: Episode, target: Episode) -> None:
    Segment.objects.bulk_create(
        [
            Segment(
                episode=target,
                position=position,
                title=segment.title,
                sound_id=segment.sound_id,
                release_id=segment.release_id,
            )
            for position, segment in enumerate(source.segments.all())
            if segment.release is None or segment.release.status == Release.Status.RELEASED
        ]
    )
