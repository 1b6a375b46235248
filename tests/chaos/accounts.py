"""What was heard against what was to be heard: pure reckoning, no processes and no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .signature import HOP_SECONDS, SECONDS_NAMED, SILENCE, Heard, seconds_heard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

# Windows at the edges of a sound hold half of it: what is less than this is not a loss.
LEAST_LOSS_SECONDS = 0.1
# A box goes on with a cut item, and begins one that came late, on a whole second at least half a
# second away, so that all boxes do it together; with the silence before and after every recording
# (0.15 s and 0.3 s) that is a pause.
ALLOWED_PAUSE_SECONDS = 2.2
# Within one sound there is no pause: what is longer than an ear's blink counts.
ALLOWED_GAP_SECONDS = 0.06


@dataclass(frozen=True)
class Item:
    """One thing that boxes were to play at `start`, and how long each of its seconds sounds."""

    key: str
    kind: str
    number: int
    start: float
    reference: NDArray[np.float64]
    boxes: frozenset[str]
    """Serials of the boxes that it speaks to."""
    pressed: float | None = None
    """When the last person pressed, for what is to be heard at once."""

    @property
    def seconds(self) -> float:
        return float(self.reference.sum())


@dataclass(frozen=True)
class Span:
    start: float
    end: float


@dataclass
class Hearing:
    """One item on one box."""

    item: Item
    box: str
    first_at: float | None
    last_at: float | None
    lost_seconds: float
    repeated_seconds: float
    late_seconds: float
    """How much of the time from its instant to its first sample was silence: an item that waited
    behind another one was not late by anybody's fault."""


@dataclass
class BoxAccount:
    """Everything about one box."""

    hearings: list[Hearing] = field(default_factory=list)
    silences: list[Span] = field(default_factory=list)
    """Stretches without sound though an item was begun and not over, nothing live on air."""


def account_of(
    box: str, heard: Heard, items: Iterable[Item], *, live: Sequence[Span] = ()
) -> BoxAccount:
    """Compare a box's recording with the items that spoke to it.

    `live`: when live sound was to be heard, whose own gaps are reckoned apart.
    """
    mine = sorted((item for item in items if box in item.boxes), key=lambda item: item.start)
    account = BoxAccount()
    for item in mine:
        # The same sound comes again later as another item: only until then is it this one.
        again = [o.start for o in mine if o.number == item.number and o.start > item.start]
        window = heard.between(item.start - 1.0, min(again, default=np.inf) - 1.0) if again else (
            heard.between(item.start - 1.0, heard.begins + len(heard.number) * HOP_SECONDS)
        )  # fmt: skip
        account.hearings.append(_hearing(item, box, heard, window))
    account.silences = _silences(heard, account.hearings, live)
    return account


def _hearing(item: Item, box: str, heard: Heard, window: slice) -> Hearing:
    times = heard.times()[window][heard.number[window] == item.number]
    counted = seconds_heard(heard, item.number, window)
    # One window more or less on each edge between two seconds is the ear's own.
    slack = HOP_SECONDS * 1.5
    waited = heard.between(item.start, float(times[0]) if len(times) else item.start)
    lost = np.maximum(0, item.reference - counted - slack * (item.reference > 0)).sum()
    repeated = np.maximum(0, counted - item.reference - slack * (item.reference > 0)).sum()
    return Hearing(
        item,
        box,
        float(times[0]) if len(times) else None,
        float(times[-1]) if len(times) else None,
        float(lost) if lost >= LEAST_LOSS_SECONDS else 0.0,
        float(repeated) if repeated >= LEAST_LOSS_SECONDS else 0.0,
        float((heard.number[waited] == SILENCE).sum()) * HOP_SECONDS,
    )


def _silences(heard: Heard, hearings: list[Hearing], live: Sequence[Span]) -> list[Span]:
    times = heard.times()
    is_due = np.zeros(len(times), bool)
    for hearing in hearings:
        if hearing.first_at is not None and hearing.last_at is not None:
            is_due[heard.between(hearing.first_at, hearing.last_at)] = True
    for span in live:
        is_due[heard.between(span.start, span.end)] = False
    is_silent = is_due & (heard.number == SILENCE)
    named = np.flatnonzero(heard.number >= 0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_silent.view(np.int8), [0]])))
    found = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        # A window on the edge of a sound is neither.
        before = named[named < first]
        after = named[named >= last]
        is_inside = len(before) and len(after) and (
            heard.number[before[-1]] == heard.number[after[0]]
        )  # fmt: skip
        allowed = ALLOWED_GAP_SECONDS if is_inside else ALLOWED_PAUSE_SECONDS
        if (last - first) * HOP_SECONDS > allowed:
            found.append(
                Span(float(times[first]), float(times[first] + (last - first) * HOP_SECONDS))
            )
    return found


@dataclass(frozen=True)
class LiveAccount:
    """One takeover on one box: of the words that were said, which were not heard."""

    said_seconds: float
    lost: tuple[tuple[float, float], ...]
    """Seconds of the clock in which something was said that was not heard, and how much."""
    first_at: float | None
    last_at: float | None

    @property
    def lost_seconds(self) -> float:
        return sum(seconds for _, seconds in self.lost)


def live_account(heard: Heard, number: int, said: Span, window: Span) -> LiveAccount:
    """Look for every second from `said.start` to `said.end` among what was heard in `window`.

    A word has its place: second n of the clock is named n modulo SECONDS_NAMED, so nothing longer
    than that may be said in one go.
    """
    place = heard.between(window.start, window.end)
    counted = seconds_heard(heard, number, place)
    lost = []
    for second in range(int(said.start), int(np.ceil(said.end))):
        wanted = min(said.end, second + 1) - max(said.start, second)
        missing = wanted - counted[second % SECONDS_NAMED]
        if missing > LEAST_LOSS_SECONDS:
            lost.append((float(second), float(missing)))
    times = heard.times()[place][heard.number[place] == number]
    return LiveAccount(
        said.end - said.start,
        tuple(lost),
        float(times[0]) if len(times) else None,
        float(times[-1]) if len(times) else None,
    )
