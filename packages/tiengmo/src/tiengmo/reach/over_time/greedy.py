"""Where one more loudspeaker or one more team would add most. Pure.

Choosing k sites whose circles cover the most missed households is the maximum coverage problem,
which is NP-hard. What a set of sites covers is monotone and submodular (a site adds no more to a
larger set than to a smaller one), so taking the best next site k times reaches at least
1 - (1 - 1/k)^k of the optimum, always more than 1 - 1/e, about 63 per cent (Nemhauser, Wolsey and
Fisher 1978). For one site it is the optimum. No polynomial way does better (Feige 1998).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KM_A_DEGREE = 111.195


@dataclass(frozen=True)
class Choice:
    """A site that was chosen, what it adds to those before it, and which points it is first to
    cover."""

    site: int
    gain: int
    covers: tuple[int, ...]


def share_of_optimum(k: int) -> float:
    """At least this share of the optimum is reached by k greedy choices."""
    return 1 - (1 - 1 / k) ** k if k else 1.0


def choose(covers: Sequence[frozenset[int]], worth: Mapping[int, int], k: int) -> list[Choice]:
    """Take k times the site that adds most; fewer when no site adds anything. Ties: the first.

    covers: which points each site covers; worth: what a point is worth (none below zero).
    """
    taken: set[int] = set()
    chosen: list[Choice] = []
    # A gain only shrinks as others are taken, so the top of the heap is right once it is current.
    heap = [(-sum(worth.get(p, 0) for p in points), site) for site, points in enumerate(covers)]
    heapq.heapify(heap)
    while heap and len(chosen) < k:
        claimed, site = heapq.heappop(heap)
        new = covers[site] - taken
        gain = sum(worth.get(point, 0) for point in new)
        if gain == 0:
            continue
        if -claimed != gain:
            heapq.heappush(heap, (-gain, site))
            continue
        chosen.append(Choice(site, gain, tuple(sorted(new))))
        taken |= new
    return chosen


def circles(places: Sequence[tuple[float, float]], radius_km: float) -> list[frozenset[int]]:
    """Which of these (latitude, longitude) lie within the radius of each; each covers itself."""
    if not places:
        return []
    points = np.array(places, dtype=float)
    # Flat is near enough for a locality: one province spans two degrees.
    points[:, 1] *= math.cos(math.radians(float(points[:, 0].mean())))
    tree = cKDTree(points * KM_A_DEGREE)
    near: Any = tree.query_ball_point(points * KM_A_DEGREE, radius_km)
    return [frozenset({site, *(int(point) for point in found)}) for site, found in enumerate(near)]
