"""What an episode is made of on air: jingle, segments, jingle, with their true lengths."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tiengmo.broadcasting.models import Part
from tiengmo.broadcasting.rules.placing import BREATH
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.broadcasting.models import Episode, Segment
    from tiengmo.voices.models import Sound

# What `Episode.objects` must bring along so that a page or a plan asks no further questions.
EPISODE_RELATED = ("show__jingle_in__opus", "show__jingle_out__opus", "station")
EPISODE_SEGMENTS = ("segments__sound__opus", "segments__release__renditions")


@dataclass(frozen=True)
class Piece:
    """One item to be. `obstacle` says why it cannot be heard yet, in words for the operator."""

    part: Part
    title: str
    editions: list[dict[str, Any]] = field(default_factory=list)
    segment: Segment | None = None
    obstacle: str = ""

    @property
    def duration(self) -> timedelta:
        longest = max((int(edition["duration_ms"]) for edition in self.editions), default=0)
        return timedelta(milliseconds=longest)

    @property
    def key(self) -> tuple[str, int | None]:
        return (str(self.part), self.segment.pk if self.segment is not None else None)


def pieces_of(episode: Episode) -> list[Piece]:
    """Give what an episode plays, in order, with what cannot be heard yet."""
    show = episode.show
    found = []
    if show.jingle_in is not None:
        found.append(
            _of_sound(Part.JINGLE_IN, _("Nhạc hiệu mở đầu"), show.jingle_in, show.language)
        )
    found += [_of_segment(segment, show.language) for segment in episode.segments.all()]
    if show.jingle_out is not None:
        found.append(
            _of_sound(Part.JINGLE_OUT, _("Nhạc hiệu kết thúc"), show.jingle_out, show.language)
        )
    return found


def true_length(pieces: Sequence[Piece]) -> timedelta:
    """The time that these pieces take on air, the breaths between them included."""
    lengths = [piece.duration for piece in pieces if piece.editions]
    return sum(lengths, timedelta()) + BREATH * max(0, len(lengths) - 1)


def editions_of_sound(sound: Sound, language: str) -> list[dict[str, Any]]:
    """What the schedule carries of a sound; [] while it is not ready."""
    if not sound.is_ready or sound.opus is None:
        return []
    return [
        {
            "language": language or sound.language,
            "sha256": sound.opus.sha256,
            "bytes": sound.opus.bytes,
            "duration_ms": sound.duration_ms,
        }
    ]


def editions_of_release(release: Release) -> list[dict[str, Any]]:
    """What the schedule carries of a release: every language it was cleared in with sound."""
    return [
        {
            "language": rendition.language,
            "sha256": rendition.opus_sha256,
            "bytes": rendition.opus_bytes,
            "duration_ms": rendition.sound_duration_ms,
        }
        for rendition in release.renditions.all()
        if rendition.opus_sha256
    ]


def _of_sound(
    part: Part, title: str, sound: Sound, language: str, segment: Segment | None = None
) -> Piece:
    editions = editions_of_sound(sound, language)
    if editions:
        return Piece(part, title, editions, segment)
    failed = sound.status == sound.Status.FAILED
    obstacle = _("âm thanh bị hỏng") if failed else _("âm thanh chưa sẵn sàng")
    return Piece(part, title, [], segment, obstacle)


def _of_segment(segment: Segment, language: str) -> Piece:
    if segment.sound is not None:
        return _of_sound(Part.SEGMENT, str(segment), segment.sound, language, segment)
    release = segment.release
    if release is None or release.status != Release.Status.RELEASED:
        return Piece(Part.SEGMENT, str(segment), [], segment, _("bản tin đã bị thu hồi"))
    editions = editions_of_release(release)
    obstacle = "" if editions else _("bản tin không có âm thanh")
    return Piece(Part.SEGMENT, str(segment), editions, segment, obstacle)
