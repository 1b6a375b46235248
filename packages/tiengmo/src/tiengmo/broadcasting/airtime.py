"""The locality as planning needs it: which villages an area means, and what is allowed there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from tiengmo.broadcasting.models import AreaRules
from tiengmo.broadcasting.rules.allowed import Allowed, quiet_spans, together
from tiengmo.broadcasting.rules.placing import Span, overlap_of_all
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import minimal_cover, units_in_force
from tiengmo.speakers.rules import parse_quiet_hours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def zone() -> ZoneInfo:
    """The locality's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


class Airtime:
    """Read once, in three queries, for one planning or one page."""

    def __init__(self) -> None:
        self.zone = zone()
        self.units: dict[int, Unit] = {}
        self._by_code: dict[str, int] = {}
        self._children: dict[int | None, list[int]] = defaultdict(list)
        for unit in units_in_force().order_by("valid_from"):
            self.units[unit.pk] = unit
            self._by_code[unit.code] = unit.pk
            self._children[unit.parent_id].append(unit.pk)
        self._villages: dict[int, list[int]] = defaultdict(list)
        self._village_codes: dict[str, int] = {}
        self._unit_of: dict[int, int] = {}
        for pk, code, unit_id in Village.objects.values_list("pk", "code", "unit_id"):
            self._villages[unit_id].append(pk)
            self._village_codes[code] = pk
            self._unit_of[pk] = unit_id
        self._rules = {rules.unit_id: rules for rules in AreaRules.objects.all()}
        self._default = parse_quiet_hours(settings.QUIET_HOURS)
        self._heard: dict[tuple[str, ...], frozenset[int]] = {}
        self._allowed: dict[int, Allowed] = {}

    def below(self, unit_id: int) -> list[int]:
        """Ids of the unit and of all below it, from the top down."""
        found = [unit_id]
        for pk in found:
            found.extend(self._children[pk])
        return found

    def line(self, unit_id: int | None) -> list[int]:
        """Ids of the unit and of all above it, nearest first."""
        found: list[int] = []
        while unit_id is not None and unit_id not in found:
            found.append(unit_id)
            unit = self.units.get(unit_id)
            unit_id = unit.parent_id if unit is not None else None
        return found

    def depth(self, unit_id: int) -> int:
        return len(self.line(unit_id))

    def villages(self, areas: Iterable[str]) -> frozenset[int]:
        """Ids of the villages of units and villages named by code."""
        key = tuple(areas)
        if key not in self._heard:
            found: set[int] = set()
            for code in key:
                if code in self._by_code:
                    for unit_id in self.below(self._by_code[code]):
                        found.update(self._villages[unit_id])
                elif code in self._village_codes:
                    found.add(self._village_codes[code])
            self._heard[key] = frozenset(found)
        return self._heard[key]

    def allowed(self, unit_id: int) -> Allowed:
        """What holds in a unit, by its own rules and those of the units above it."""
        if unit_id not in self._allowed:
            line = [self._rules[pk] for pk in self.line(unit_id) if pk in self._rules]
            self._allowed[unit_id] = together(line, without_any=self._default)
        return self._allowed[unit_id]

    def _groups(self, villages: Iterable[int]) -> dict[tuple[tuple[str, str], ...], set[int]]:
        """Villages by their quiet hours: as a rule all have the same."""
        by_unit: dict[int, set[int]] = defaultdict(set)
        for pk in villages:
            by_unit[self._unit_of[pk]].add(pk)
        groups: dict[tuple[tuple[str, str], ...], set[int]] = defaultdict(set)
        for unit_id, members in by_unit.items():
            groups[self.allowed(unit_id).quiet_hours] |= members
        return groups

    def quiet_somewhere(
        self, villages: Iterable[int], first: datetime, last: datetime
    ) -> list[Span]:
        """The stretches in which at least one of these villages must be left in peace."""
        hours = {entry for group in self._groups(villages) for entry in group}
        return quiet_spans(hours, first, last, self.zone)

    def quiet_everywhere(
        self, villages: Iterable[int], first: datetime, last: datetime
    ) -> list[Span]:
        """The stretches in which nobody of these villages may be spoken to."""
        groups = [quiet_spans(group, first, last, self.zone) for group in self._groups(villages)]
        return overlap_of_all(groups)

    def not_quiet(self, villages: frozenset[int], span: Span) -> frozenset[int]:
        """Those of these villages that may be spoken to from `span.start` to `span.end`."""
        heard: set[int] = set()
        for hours, members in self._groups(villages).items():
            if not quiet_spans(hours, span.start, span.end, self.zone):
                heard |= members
        return frozenset(heard)

    def narrowed(self, areas: list[str], span: Span) -> list[str]:
        """These areas without the villages that must be left in peace then; [] when all must."""
        villages = self.villages(areas)
        heard = self.not_quiet(villages, span)
        if heard == villages:
            return areas
        codes = [code for code, pk in self._village_codes.items() if pk in heard]
        return minimal_cover(codes) if codes else []
