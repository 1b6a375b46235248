"""True lengths of many episodes at once, in three queries: what a page of stations needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from tiengmo.broadcasting.models import Episode, Segment
from tiengmo.broadcasting.rules.placing import BREATH
from tiengmo.releases.models import Release, Rendition
from tiengmo.voices.models import Sound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
    from uuid import UUID


_FIELDS = ("episode_id", "sound__duration_ms", "sound__status", "release_id", "release__status")


@dataclass
class Length:
    """What an episode holds: `parts` that can be heard, `waiting` that cannot (yet)."""

    total: timedelta = timedelta()
    parts: int = 0
    waiting: int = 0

    def add(self, milliseconds: int | None) -> None:
        if not milliseconds:
            self.waiting += 1
            return
        self.total += timedelta(milliseconds=milliseconds) + (BREATH if self.parts else timedelta())
        self.parts += 1


def lengths_of(episodes: Iterable[Episode]) -> dict[UUID, Length]:
    """Give the length of each episode, its show's jingles included."""
    episodes = list(episodes)
    jingles = _jingles(episodes)
    found = {episode.pk: Length() for episode in episodes}
    for episode in episodes:
        if (key := episode.show.jingle_in_id) is not None:
            found[episode.pk].add(jingles.get(key))
    starts = [episode.start_at for episode in episodes]
    segments: list[tuple[Any, ...]] = []
    if starts:
        rows = Segment.objects.filter(episode__start_at__range=(min(starts), max(starts)))
        segments = [row for row in rows.values_list(*_FIELDS) if row[0] in found]
    longest = _longest({row[3] for row in segments if row[3] is not None})
    for episode_id, duration, status, release, release_status in segments:
        if release is not None:
            is_out = release_status == Release.Status.RELEASED
            found[episode_id].add(longest.get(release) if is_out else None)
        else:
            found[episode_id].add(duration if status == Sound.Status.READY else None)
    for episode in episodes:
        if (key := episode.show.jingle_out_id) is not None:
            found[episode.pk].add(jingles.get(key))
    return found


def _jingles(episodes: list[Episode]) -> dict[int, int | None]:
    wanted = {
        key
        for episode in episodes
        for key in (episode.show.jingle_in_id, episode.show.jingle_out_id)
        if key is not None
    }
    ready = Sound.objects.filter(pk__in=wanted, status=Sound.Status.READY)
    return dict(ready.values_list("pk", "duration_ms"))


def _longest(releases: set[UUID]) -> dict[UUID, int | None]:
    heard = Rendition.objects.filter(release_id__in=releases).exclude(opus_sha256="")
    return dict(
        heard.values("release_id")
        .annotate(longest=Max("sound_duration_ms"))
        .values_list("release_id", "longest")
    )
