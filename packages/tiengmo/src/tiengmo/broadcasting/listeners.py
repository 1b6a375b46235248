"""What other apps announce, and what a station makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from tiengmo.broadcasting.actions import cancel_playout
from tiengmo.broadcasting.models import Episode, PlayoutItem, Pool
from tiengmo.outbox.actions import announce

if TYPE_CHECKING:
    from tiengmo.releases.models import Release
    from tiengmo.voices.models import Sound


def on_release_withdrawn(*, release: Release, **_rest: Any) -> None:
    """Stop a bulletin that was taken back wherever an episode holds it; the rest closes up."""
    now = timezone.now()
    items = PlayoutItem.objects.filter(
        segment__release=release, cancelled_at=None, start_before_at__gt=now
    )
    for item in items:
        cancel_playout(item)
    holding = Episode.objects.filter(segments__release=release, start_at__gt=now)
    _plan_anew(set(holding.values_list("station_id", flat=True)))


def on_sound_ready(*, sound: Sound, **_rest: Any) -> None:
    """Give a sound that has just been made its place in what waits for it."""
    now = timezone.now()
    waiting = Episode.objects.filter(cancelled_at=None, start_at__gt=now).filter(
        Q(segments__sound=sound) | Q(show__jingle_in=sound) | Q(show__jingle_out=sound)
    )
    stations = set(waiting.values_list("station_id", flat=True))
    pools = Pool.objects.filter(sounds__sound=sound)
    _plan_anew(stations | set(pools.values_list("station_id", flat=True)))


def _plan_anew(stations: set[int]) -> None:
    for pk in sorted(stations):
        announce("broadcasting.plan", {"station": pk}, key=f"broadcasting.plan:{pk}")
