"""What a listener hears at an instant: pure functions.

The rules are those of the boxes (docs/speaker-link.md): a higher priority before a lower one, an
alert before everything, living sound before scheduled sound of its own rank, the later takeover
before the earlier one; in quiet hours nothing but an emergency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ALERT_RANK = 3
EMERGENCY_RANK = 2

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Sound:
    """Something that loudspeakers say from `begins` to before `ends` (seconds since 1970)."""

    key: str
    rank: int
    begins: float
    ends: float
    title: str = ""
    # A file by its content; a stream of a takeover by its name instead.
    sha256: str = ""
    stream: str = ""

    @property
    def is_live(self) -> bool:
        return bool(self.stream)

    @property
    def needs_calm(self) -> bool:
        return self.rank < EMERGENCY_RANK


@dataclass(frozen=True)
class Air:
    """What one place's loudspeakers are told to say around now, and when they keep quiet."""

    sounds: tuple[Sound, ...] = ()
    quiet: Spans = ()


def heard_at(instant: float, air: Air, is_audible: Callable[[str, float], bool]) -> Sound | None:
    """Give the sound that is heard, None for silence.

    is_audible: does this stream have something to say at this instant?
    """
    is_quiet = any(first <= instant < last for first, last in air.quiet)
    options = [
        sound
        for sound in air.sounds
        if sound.begins <= instant < sound.ends
        and not (is_quiet and sound.needs_calm)
        and (not sound.is_live or is_audible(sound.stream, instant))
    ]
    return min(options, key=_order, default=None)


def _order(sound: Sound) -> tuple[int, bool, float, str]:
    # Of two takeovers the later one wins; of two items the one that is being said goes on.
    began = -sound.begins if sound.is_live else sound.begins
    return (-sound.rank, not sound.is_live, began, sound.key)


def unchanged_until(instant: float, limit: float, air: Air, begins: Iterable[float]) -> float:
    """Give the first instant after this one, at most `limit`, at which something may change.

    begins: when the streams begin to have sound.
    """
    instants = [at for sound in air.sounds for at in (sound.begins, sound.ends)]
    instants += [at for span in air.quiet for at in span]
    return min((at for at in (*instants, *begins) if instant < at < limit), default=limit)


def repetitions(
    start: float, until: float, every: float, *, first: float, last: float
) -> Sequence[float]:
    """Give the starts of an alert's repetitions that lie between two instants; 0 is once."""
    if every <= 0:
        return [start] if first <= start <= last and start < until else []
    number = max(0, int((first - start) // every))
    found = []
    while (at := start + number * every) < min(until, last):
        if at >= first:
            found.append(at)
        number += 1
    return found


def is_most(part: int, whole: int) -> bool:
    """Do so many villages of a place make its programme? Most of them must hear it."""
    return part * 2 > whole
