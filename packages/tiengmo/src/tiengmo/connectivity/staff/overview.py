"""The overview of a unit on a day: masts, villages, dead zones, and all of it on a map."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiengmo.connectivity import rules
from tiengmo.connectivity.models import Level, Mast, Measure, Operator
from tiengmo.connectivity.models.mast import TECHNOLOGIES
from tiengmo.connectivity.queries import dead_zones, figures, standing
from tiengmo.places.drawing import VillageMap, draw
from tiengmo.places.models import Unit, Village

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .asked import Asked


@dataclass
class VillageRow:
    """A village and what stands of it on the day."""

    village: Village
    stated: dict[str, int]
    zones: dict[str, str]

    @property
    def name(self) -> str:
        return self.village.name

    @property
    def latitude(self) -> float:
        return self.village.latitude

    @property
    def longitude(self) -> float:
        return self.village.longitude

    @property
    def fibre(self) -> int | None:
        return self.stated.get(Measure.FIBRE)

    @property
    def fixed(self) -> int | None:
        return self.stated.get(Measure.FIXED)

    @property
    def mobile(self) -> int | None:
        return self.stated.get(Measure.MOBILE)

    @property
    def smartphones(self) -> int | None:
        return self.stated.get(Measure.SMARTPHONES)

    @property
    def zone(self) -> str:
        """The dead zone of all operators together; the village's own mark where none is stated."""
        found = rules.dead_zone_of(self.zones.values())
        return found or (Level.WHOLE if self.village.is_dead_zone else "")

    @property
    def zone_text(self) -> str:
        return str(Level(self.zone).label) if self.zone else ""

    @property
    def by_operator(self) -> list[tuple[str, str]]:
        return [
            (str(Operator(code).label), str(Level(level).label))
            for code, level in sorted(self.zones.items())
        ]

    @property
    def is_cut_off(self) -> bool:
        return rules.is_cut_off(
            self.zones.values(),
            has_fibre=bool(self.fibre),
            on_record=self.village.is_dead_zone,
        )


@dataclass
class OperatorRow:
    label: str
    masts: int
    # How many carry each of TECHNOLOGIES.
    carry: list[int]


@dataclass
class Overview:
    masts: list[Mast]
    villages: list[VillageRow]
    operators: list[OperatorRow] = field(default_factory=list)
    map: VillageMap | None = None

    @property
    def with_fibre(self) -> int:
        return sum(bool(row.fibre) for row in self.villages)

    @property
    def cut_off(self) -> list[VillageRow]:
        return [row for row in self.villages if row.is_cut_off]

    @property
    def households_cut_off(self) -> int:
        return sum(row.village.households for row in self.cut_off)

    @property
    def smartphones(self) -> int:
        return sum(row.smartphones or 0 for row in self.villages)

    @property
    def fixed(self) -> int:
        return sum(row.fixed or 0 for row in self.villages)

    @property
    def without_figures(self) -> int:
        return sum(row.smartphones is None and row.fixed is None for row in self.villages)


def state_of(one: VillageRow | Mast) -> str:
    """How it is drawn: a mast, a village cut off, in part, lit, or not stated."""
    if isinstance(one, Mast):
        return "mast"
    if one.is_cut_off:
        return "cut-off"
    if one.zone in (Level.PARTIAL, Level.WHOLE):
        return "partial"
    return "covered" if one.zone == Level.NONE or one.fibre else "unstated"


def overview_of(asked: Asked) -> Overview:
    villages = list(
        Village.objects.filter(unit__in=asked.ids).select_related("unit").order_by("code")
    )
    ids = [village.pk for village in villages]
    stated, zones = figures(ids, asked.day), dead_zones(ids, asked.day)
    rows = [
        VillageRow(village, stated.get(village.pk, {}), zones.get(village.pk, {}))
        for village in villages
    ]
    masts = standing(
        Mast.objects.filter(unit__in=asked.ids).select_related("unit", "village"), asked.day
    )
    masts.sort(key=lambda one: (one.operator, one.code))
    outlined = Unit.objects.filter(pk__in={one.unit_id for one in villages}).exclude(geometry=None)
    spots: list[VillageRow | Mast] = [*rows, *masts]
    return Overview(masts, rows, _operators(masts), draw(spots, outlined, state_of))


def _operators(masts: Iterable[Mast]) -> list[OperatorRow]:
    counts: Counter[str] = Counter()
    carried: Counter[tuple[str, str]] = Counter()
    for mast in masts:
        counts[mast.operator] += 1
        carried.update((mast.operator, technology) for technology in mast.technologies)
    return [
        OperatorRow(str(Operator(code).label), count, [carried[code, one] for one in TECHNOLOGIES])
        for code, count in counts.most_common()
    ]
