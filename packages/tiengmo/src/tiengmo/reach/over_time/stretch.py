"""Sums over a stretch of days: which bulletins, which households, which villages again and again.

Figures over several bulletins count a household once for each bulletin that was owed to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tiengmo.places.queries import villages_in
from tiengmo.reach import rules
from tiengmo.reach.models import Tally
from tiengmo.reach.rules import Interval
from tiengmo.releases.models import Release

from .tallies import OUT, recount, table, uncounted

if TYPE_CHECKING:
    import datetime as dt

    from tiengmo.places.models import Unit, Village

# A village is missed again and again from this many bulletins on, and this share of those owed.
LEAST_MISSED, SHARE_MISSED = 2, 0.5
# What a page waits for counts that are due; the worker does the rest.
PATIENCE_SECONDS = 1.0


@dataclass
class ReleaseSum:
    """One bulletin as it went in the villages of the unit."""

    release: Release
    villages: int
    villages_missed: int
    households: int
    reached: Interval


@dataclass
class VillageSum:
    """One village over all the bulletins that were owed to it."""

    village: Village
    owed: int
    missed: int
    in_another_language: int
    # At least one of the bulletins reached them; and once for each that did.
    reached_once: Interval
    reached_all: Interval
    # Households times bulletins that surely came in the village's own language.
    surely_in_own_language: int = 0
    # The reason it was missed most often.
    reason: str = ""

    @property
    def latitude(self) -> float:
        return self.village.latitude

    @property
    def longitude(self) -> float:
        return self.village.longitude

    @property
    def share_reached(self) -> float:
        return 1 - self.missed / self.owed if self.owed else 0.0

    @property
    def reason_text(self) -> str:
        return str(rules.REASONS.get(self.reason, self.reason))

    @property
    def is_missed_again_and_again(self) -> bool:
        return self.missed >= LEAST_MISSED and self.missed >= SHARE_MISSED * self.owed

    @property
    def households_missed(self) -> int:
        """Households times bulletins that did not come."""
        return self.village.households * self.missed

    @property
    def not_surely_reached(self) -> int:
        """Households times bulletins that one more loudspeaker could bring, at most."""
        return self.village.households * self.owed - self.reached_all.lo

    @property
    def not_surely_in_own_language(self) -> int:
        """The same for a team, which speaks the village's own language."""
        return self.village.households * self.owed - self.surely_in_own_language


@dataclass
class Stretch:
    """What became of all bulletins of some days in a unit's villages."""

    unit: Unit
    first: dt.date
    last: dt.date
    releases: list[ReleaseSum] = field(default_factory=list)
    villages: list[VillageSum] = field(default_factory=list)
    # Releases whose newest receipts are not in these figures yet.
    uncounted: int = 0

    @property
    def households(self) -> int:
        return sum(one.village.households for one in self.villages)

    @property
    def reached_once(self) -> Interval:
        return rules.add_up(one.reached_once for one in self.villages)

    @property
    def owed(self) -> int:
        """Households times bulletins."""
        return sum(one.households for one in self.releases)

    @property
    def reached(self) -> Interval:
        return rules.add_up(one.reached for one in self.releases)

    @property
    def cells(self) -> tuple[int, int]:
        """(villages times bulletins that were reached, all of them)."""
        owed = sum(one.villages for one in self.releases)
        return owed - sum(one.villages_missed for one in self.releases), owed

    @property
    def missed_again_and_again(self) -> list[VillageSum]:
        found = [one for one in self.villages if one.is_missed_again_and_again]
        return sorted(found, key=lambda one: (-one.households_missed, one.village.code))


def stretch_of(unit: Unit, first: dt.date, last: dt.date) -> Stretch:
    """Add up what went out from `first` to `last` (both included) in the villages of a unit."""
    released = Release.objects.filter(
        status__in=OUT, released_at__date__gte=first, released_at__date__lte=last
    )
    left = recount(
        uncounted().filter(pk__in=released.order_by().values("pk")), seconds=PATIENCE_SECONDS
    )
    villages = list(villages_in([unit.code]).order_by("pk"))
    found = Stretch(unit, first, last, uncounted=left)
    ids = np.array([village.pk for village in villages], dtype=np.int64)
    households = np.array([village.households for village in villages], dtype=np.int64)
    size = len(villages)
    owed, missed, other, most_lo, sum_lo, sum_hi, sum_own = (
        np.zeros(size, dtype=np.int64) for _ in range(7)
    )
    why: dict[str, np.ndarray[Any, Any]] = {}
    tallies = Tally.objects.filter(release__in=released, counts_households=True)
    for tally in tallies.select_related("release__unit").order_by("-release__released_at"):
        cells = table(tally)
        place = np.searchsorted(ids, cells[:, 0])
        known = place < size
        known[known] = ids[place[known]] == cells[known, 0]
        # What may still arrive has missed nobody yet.
        if rules.WAITING in tally.reasons:
            known &= cells[:, 5] != tally.reasons.index(rules.WAITING)
        at, cells = place[known], cells[known]
        if not len(at):
            continue
        here = households[at]
        hi = np.minimum(cells[:, 2], here)
        lo = np.minimum(cells[:, 1], hi)
        is_missed = hi == 0
        owed[at] += 1
        missed[at] += is_missed
        other[at] += ~is_missed & (cells[:, 4] == 0)
        most_lo[at] = np.maximum(most_lo[at], lo)
        sum_lo[at] += lo
        sum_hi[at] += hi
        sum_own[at] += np.minimum(cells[:, 3], lo)
        for number, reason in enumerate(tally.reasons):
            if reason:
                why.setdefault(reason, np.zeros(size, dtype=np.int64))[at] += cells[:, 5] == number
        found.releases.append(
            ReleaseSum(
                tally.release,
                len(at),
                int(is_missed.sum()),
                int(here.sum()),
                Interval(int(lo.sum()), int(hi.sum())),
            )
        )
    found.villages = [
        VillageSum(
            village,
            int(owed[n]),
            int(missed[n]),
            int(other[n]),
            Interval(int(most_lo[n]), int(min(sum_hi[n], households[n]))),
            Interval(int(sum_lo[n]), int(sum_hi[n])),
            int(sum_own[n]),
            _most(why, n) if missed[n] else "",
        )
        for n, village in enumerate(villages)
    ]
    return found


def _most(why: dict[str, np.ndarray[Any, Any]], n: int) -> str:
    counted = Counter({reason: int(times[n]) for reason, times in why.items()})
    (reason, _times), *_rest = counted.most_common(1)
    return reason
