"""From a burst of questions and answers to one offset (RFC 5905, section 8, by its idea)."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

KEEP_SHARE = 0.25


@dataclass(frozen=True)
class TimeSample:
    """One question to the server: two readings of our counter, two of the server's clock (s)."""

    asked: float
    answered: float
    server_received: float
    server_sent: float

    @property
    def round_trip(self) -> float:
        """Seconds on the way, without the server's own time of thinking."""
        return (self.answered - self.asked) - (self.server_sent - self.server_received)

    @property
    def middle(self) -> float:
        """The instant, on our counter, that the offset belongs to."""
        return (self.asked + self.answered) / 2

    @property
    def offset(self) -> float:
        """Server's clock minus our counter, if both ways took equally long."""
        return ((self.server_received - self.asked) + (self.server_sent - self.answered)) / 2

    @property
    def is_sane(self) -> bool:
        """Can these four readings belong to one exchange?"""
        return (
            self.answered >= self.asked
            and self.server_sent >= self.server_received
            and self.round_trip >= 0
        )


@dataclass(frozen=True)
class Offset:
    """Server's clock minus our counter at `at` (our counter), good to `error` seconds."""

    at: float
    seconds: float
    error: float


def best_offset(samples: Sequence[TimeSample]) -> Offset | None:
    """The median offset of the fastest quarter of a burst.

    The true offset of one exchange lies within half its round trip, so slow ones tell little. A
    single odd burst is held in check by the clock, which weighs it against what it expects.
    """
    sane = sorted((s for s in samples if s.is_sane), key=lambda s: s.round_trip)
    if not sane:
        return None
    kept = sane[: max(1, round(len(sane) * KEEP_SHARE))]
    at = statistics.fmean(s.middle for s in kept)
    return Offset(
        at=at,
        seconds=statistics.median(s.offset for s in kept),
        error=max(kept[-1].round_trip / 2, 1e-5),
    )
