"""What to do next for a village that was missed, and what that costs. Pure.

Acts are ranked by what they take of people: nothing but air time, then one trip, then one trip and
as many doors. Money is not compared: no office here knows what its own hour costs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.foundation.languages import MAIN_LANGUAGE, language_name

from . import rules
from .models import Act

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .results import VillageReach
    from .rules import Interval

EARTH_KM = 6371.0


@dataclass
class Means:
    """What there is for one village now."""

    # Boxes that answer and did nothing wrong with this release: what each covers.
    ready: list[Interval] = field(default_factory=list)
    # Machines that somebody must look at: name, and what each covers.
    broken: list[tuple[str, Interval]] = field(default_factory=list)
    # Languages in which this release can be played, and whether sheets of it can be printed.
    spoken: frozenset[str] = frozenset()
    is_printed: bool = False
    # As the crow flies from the unit's office; None where no office has a place on the map.
    km: float | None = None


@dataclass(frozen=True)
class NextAct:
    """One thing to do, whom it could reach at most, and what it takes."""

    act: str
    language: str
    households_at_most: int
    doors: int = 0
    sheets: int = 0
    machines: tuple[str, ...] = ()
    km: float | None = None

    @property
    def text(self) -> str:
        language = language_name(self.language)
        if self.act == Act.REPLAY:
            return _("phát thêm một lần bằng %(language)s") % {"language": language}
        if self.act == Act.EDITION:
            return _("làm bản %(language)s rồi phát thêm một lần") % {"language": language}
        if self.act == Act.REPAIR:
            return _("sửa %(machines)s") % {"machines": ", ".join(self.machines)}
        if self.act == Act.SHEETS:
            text = ngettext(
                "in và mang %(n)d tờ tới từng hộ", "in và mang %(n)d tờ tới từng hộ", self.sheets
            ) % {"n": self.sheets}
        else:
            text = ngettext(
                "cử tổ tới %(n)d hộ, nói %(language)s",
                "cử tổ tới %(n)d hộ, nói %(language)s",
                self.doors,
            ) % {"n": self.doors, "language": language}
        if self.km is None:
            return text
        return _("%(act)s, cách trụ sở %(km)s km đường chim bay") % {
            "act": text,
            "km": f"{self.km:.1f}".replace(".", ","),
        }


def next_acts(village: VillageReach, means: Means) -> list[NextAct]:
    """What could still be done for this village, the cheapest first; nothing when nothing need be.

    A village where something is on its way is left alone: its answer costs nobody a trip. One whose
    boxes are all away is not: they may come back within the window, or not.
    """
    if village.reason in (rules.WAITING, rules.WITHDRAWN):
        return []
    if village.is_reached and village.in_first_language.hi:
        return []
    first = village.first_language or MAIN_LANGUAGE
    acts: list[NextAct] = []
    covered = rules.union(means.ready, village.households)
    if covered.hi:
        if first in means.spoken:
            acts.append(NextAct(Act.REPLAY, first, covered.hi))
        else:
            acts.append(NextAct(Act.EDITION, first, covered.hi))
            if not village.is_reached and means.spoken:
                other = MAIN_LANGUAGE if MAIN_LANGUAGE in means.spoken else min(means.spoken)
                acts.insert(0, NextAct(Act.REPLAY, other, covered.hi))
    if not village.is_reached:
        mended = rules.union([claim for _name, claim in means.broken], village.households)
        # A machine that nothing can call is not mended by going there.
        if mended.hi and not village.is_dead_zone:
            names = tuple(name for name, _claim in means.broken)
            acts.append(NextAct(Act.REPAIR, first, mended.hi, machines=names, km=means.km))
        if means.is_printed:
            acts.append(
                NextAct(
                    Act.SHEETS,
                    first,
                    village.households,
                    doors=village.households,
                    sheets=village.households,
                    km=means.km,
                )
            )
    doors = village.households
    acts.append(NextAct(Act.VISIT, first, doors, doors=doors, km=means.km))
    return acts


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, point)) for point in (here, there))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def nearest(offices: Sequence[tuple[float, float]], place: tuple[float, float]) -> float | None:
    return min((kilometres(office, place) for office in offices), default=None)
