"""Where one more loudspeaker, or one more team, would have reached most of what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.connectivity.queries import cut_off

from .greedy import choose, circles, share_of_optimum

if TYPE_CHECKING:
    from .stretch import Stretch, VillageSum

MOST_SITES = 10


@dataclass(frozen=True)
class Site:
    """A village to start from, what it adds, and the villages it brings in."""

    village: VillageSum
    gain: int  # households times bulletins, at most
    villages: tuple[VillageSum, ...]


@dataclass(frozen=True)
class Plan:
    """Sites in the order of what they add, and how near to the best choice they surely are."""

    sites: list[Site]
    worth: int  # all that did not surely come

    @property
    def gain(self) -> int:
        return sum(site.gain for site in self.sites)

    @property
    def surely(self) -> int:
        """At least this share of what the best choice of as many sites would add, in per cent."""
        return int(100 * share_of_optimum(len(self.sites))) if self.sites else 100


def loudspeakers(stretch: Stretch, *, sites: int, km: float) -> Plan:
    """Loudspeakers where bulletins did not surely come; where nothing can call them, none."""
    dark = cut_off(one.village for one in stretch.villages)
    worth = {
        n: one.not_surely_reached
        for n, one in enumerate(stretch.villages)
        if one.village.pk not in dark
    }
    return _plan(stretch, worth, sites, km)


def teams(stretch: Stretch, *, sites: int, km: float) -> Plan:
    """Teams: they speak the village's own language, and go where there is no signal."""
    worth = {n: one.not_surely_in_own_language for n, one in enumerate(stretch.villages)}
    return _plan(stretch, worth, sites, km)


def _plan(stretch: Stretch, worth: dict[int, int], sites: int, km: float) -> Plan:
    rows = stretch.villages
    covers = circles([(one.latitude, one.longitude) for one in rows], km)
    chosen = choose(covers, worth, min(sites, MOST_SITES))
    return Plan(
        [
            Site(
                rows[one.site],
                one.gain,
                tuple(rows[point] for point in one.covers if worth.get(point)),
            )
            for one in chosen
        ],
        sum(worth.values()),
    )
