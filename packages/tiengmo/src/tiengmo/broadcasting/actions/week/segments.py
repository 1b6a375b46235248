"""Filling an episode: what lies in it, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.models import Episode, Segment
from tiengmo.places.queries import is_within
from tiengmo.releases.models import Release

from .change_episode import coming_episode
from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.voices.models import Sound

MOST_SEGMENTS = 60


def add_segment(
    episode: Episode,
    *,
    by: Actor,
    sound: Sound | None = None,
    release: Release | None = None,
    title: str = "",
) -> Segment:
    """Put a sound, or a bulletin that has been released, at an episode's end.

    Raises NotAllowed; BroadcastingError when the episode is over, the bulletin is not out (or was
    not meant for all who hear this station), or there is too much in it.
    """
    require_operator(by, episode.station)
    if (sound is None) == (release is None):
        raise BroadcastingError(_("Hãy chọn một bản thu hoặc một bản tin."))
    if release is not None:
        _check_release(release, episode)
    with transaction.atomic():
        found = coming_episode(episode.pk)
        taken = list(found.segments.values_list("position", flat=True))
        if len(taken) >= MOST_SEGMENTS:
            raise BroadcastingError(_("Số phát đã có quá nhiều phần."))
        segment = Segment.objects.create(
            episode=found,
            position=max(taken, default=-1) + 1,
            title=title.strip(),
            sound=sound,
            release=release,
        )
        follow_up(
            "segment_added",
            by=by,
            station=found.station,
            subject=found,
            detail={"segment": segment.pk, "title": str(segment)},
        )
    return segment


def _check_release(release: Release, episode: Episode) -> None:
    if release.status != Release.Status.RELEASED:
        raise BroadcastingError(_("Chỉ bản tin đã phát hành mới được đưa vào chương trình."))
    # It was cleared for these villages and no others.
    if not is_within([episode.station.code], release.audience):
        raise BroadcastingError(
            _("Bản tin này được duyệt cho địa bàn hẹp hơn địa bàn của đài, không phát được.")
        )


def remove_segment(segment: Segment, *, by: Actor) -> None:
    """Take a piece out of an episode. Raises NotAllowed, BroadcastingError."""
    require_operator(by, segment.episode.station)
    with transaction.atomic():
        found = coming_episode(segment.episode_id)
        Segment.objects.filter(pk=segment.pk).delete()
        follow_up(
            "segment_removed",
            by=by,
            station=found.station,
            subject=found,
            detail={"title": str(segment)},
        )


def move_segment(segment: Segment, *, to: int, by: Actor) -> None:
    """Put a piece at place `to` (0 is first) and close the ranks. Raises as `remove_segment`."""
    require_operator(by, segment.episode.station)
    with transaction.atomic():
        found = coming_episode(segment.episode_id)
        order = [one for one in found.segments.all() if one.pk != segment.pk]
        order.insert(min(max(to, 0), len(order)), segment)
        for position, one in enumerate(order):
            Segment.objects.filter(pk=one.pk).update(position=position)
        follow_up("segment_moved", by=by, station=found.station, subject=found, detail={"to": to})
