"""Reads of units and villages.

A code is held by one unit a day, but not by one unit for ever (02683 was a town until 30 June 2025
and is a commune since), so reads by code take the day. `on` is that day in the locality's calendar,
today when it is not given. `known_at` asks what this system held to be true at that instant: what
a release's audience meant when it was cleared, even if a carry-over was entered later.
Village codes are stable for ever.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from . import rules
from .errors import UnknownArea
from .models import Unit, UnitSuccession, Village, VillageMembership
from .rules import AreaNode

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

__all__ = [
    "AreaNode",
    "area_path",
    "area_paths",
    "areas_label",
    "carried",
    "households_in",
    "is_within",
    "minimal_cover",
    "smallest_unit_containing",
    "standing",
    "top_units",
    "tree",
    "unit_by_code",
    "units_below",
    "units_in_force",
    "unknown_areas",
    "villages_in",
    "villages_with_units",
    "with_predecessors",
]


def _in_force(on: dt.date | None, known_at: dt.datetime | None, prefix: str = "") -> Q:
    day = on or (timezone.localdate(known_at) if known_at else timezone.localdate())

    def q(**conditions: object) -> Q:
        return Q(**{prefix + name: value for name, value in conditions.items()})

    not_ended = q(valid_to=None) | q(valid_to__gte=day)
    in_force = q(is_planned=False, valid_from__lte=day)
    if known_at is not None:
        not_ended |= q(closed_at__gt=known_at)
        in_force &= q(opened_at=None) | q(opened_at__lte=known_at)
    return in_force & not_ended


def units_in_force(
    on: dt.date | None = None, *, known_at: dt.datetime | None = None
) -> QuerySet[Unit]:
    """Units that exist on a day; see the module for `on` and `known_at`."""
    return Unit.objects.filter(_in_force(on, known_at))


def unit_by_code(
    code: str, on: dt.date | None = None, *, known_at: dt.datetime | None = None
) -> Unit | None:
    """The unit that holds this code on that day, or None."""
    return (
        units_in_force(on, known_at=known_at)
        .select_related("parent")
        .filter(code=code)
        .order_by("-valid_from")
        .first()
    )


def standing(unit: Unit) -> Unit:
    """The unit, or the one that took it over: what is under way goes on with the successor."""
    today = timezone.localdate()
    while unit.valid_to is not None and unit.valid_to < today:
        succession = unit.successions.filter(on__lte=today).select_related("successor").first()
        if succession is None:
            break
        unit = succession.successor
    return unit


def with_predecessors(unit_ids: Iterable[int]) -> set[int]:
    """Ids of these units and of all that they took over, however long ago."""
    found = set(unit_ids)
    wave = set(found)
    while wave:
        rows = UnitSuccession.objects.filter(successor_id__in=wave)
        wave = set(rows.values_list("predecessor_id", flat=True)) - found
        found |= wave
    return found


def top_units(on: dt.date | None = None) -> list[Unit]:
    """Units in force with nothing above them: the locality itself, as a rule one."""
    return list(units_in_force(on).filter(parent=None))


def _closure(
    codes: Iterable[str], on: dt.date | None, known_at: dt.datetime | None
) -> tuple[set[int], set[str]]:
    """Ids of the named units and all below them, and the codes that name a unit."""
    children: dict[int | None, list[int]] = defaultdict(list)
    by_code: dict[str, int] = {}
    rows = units_in_force(on, known_at=known_at).order_by("valid_from")
    for pk, code, parent_id in rows.values_list("pk", "code", "parent_id"):
        by_code[code] = pk
        children[parent_id].append(pk)
    named = {code for code in codes if code in by_code}
    waiting = [by_code[code] for code in named]
    found: set[int] = set()
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children[pk])
    return found, named


def units_below(
    unit: Unit, on: dt.date | None = None, *, include_self: bool = True
) -> QuerySet[Unit]:
    """The unit (unless told otherwise) and every unit in force below it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent_id in units_in_force(on).values_list("pk", "parent_id"):
        children[parent_id].append(pk)
    found: set[int] = set()
    waiting = list(children[unit.pk])
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children[pk])
    if include_self:
        found.add(unit.pk)
    return Unit.objects.filter(pk__in=found)


def villages_in(
    area_codes: Iterable[str],
    on: dt.date | None = None,
    *,
    known_at: dt.datetime | None = None,
) -> QuerySet[Village]:
    """Villages of the units and villages named by code, each once. Unknown codes add nothing."""
    codes = set(area_codes)
    unit_ids, _named = _closure(codes, on, known_at)
    villages = Village.objects.select_related("unit")
    if on is None and known_at is None:
        return villages.filter(Q(unit_id__in=unit_ids) | Q(code__in=codes))
    day = on or timezone.localdate(known_at)
    members = VillageMembership.objects.filter(unit_id__in=unit_ids, valid_from__lte=day)
    not_ended = Q(valid_to=None) | Q(valid_to__gte=day)
    if known_at is not None:
        not_ended |= Q(unit__closed_at__gt=known_at)
    members = members.filter(not_ended)
    return villages.filter(Q(pk__in=members.values("village_id")) | Q(code__in=codes))


def carried(area_codes: Iterable[str], *, known_at: dt.datetime) -> list[str]:
    """Codes of today for the villages that these areas meant at an instant.

    What runs for an area of a unit that has been merged goes on for the same households, not for
    all of the larger successor: xã Nậm Chạc becomes its own villages, or their unit if that is all.
    """
    meant = villages_in(area_codes, known_at=known_at).values_list("code", flat=True)
    return minimal_cover(list(meant))


def villages_with_units(
    area_codes: Iterable[str], *, known_at: dt.datetime
) -> list[tuple[Village, Unit]]:
    """Villages of these areas by code, each with the unit it belonged to as known at an instant."""
    villages = villages_in(area_codes, known_at=known_at).order_by("code")
    day = timezone.localdate(known_at)
    members = (
        VillageMembership.objects.filter(village__in=villages.values("pk"), valid_from__lte=day)
        .filter(_in_force(day, known_at, "unit__"))
        .select_related("unit")
        .order_by("valid_from")
    )
    homes = {member.village_id: member.unit for member in members}
    return [(village, homes.get(village.pk, village.unit)) for village in villages]


def unknown_areas(area_codes: Iterable[str], on: dt.date | None = None) -> set[str]:
    """The codes that name neither a unit in force nor a village."""
    codes = set(area_codes)
    codes -= set(units_in_force(on).filter(code__in=codes).values_list("code", flat=True))
    return codes - set(Village.objects.filter(code__in=codes).values_list("code", flat=True))


def households_in(
    area_codes: Iterable[str],
    on: dt.date | None = None,
    *,
    known_at: dt.datetime | None = None,
) -> int:
    """Households of these areas, each village counted once."""
    villages = villages_in(area_codes, on, known_at=known_at)
    return villages.aggregate(total=Sum("households"))["total"] or 0


def area_paths(villages: Iterable[Village]) -> dict[str, list[str]]:
    """`area_path` of many villages, by village code, in one query."""
    units = {
        pk: (code, parent_id)
        for pk, code, parent_id in Unit.objects.values_list("pk", "code", "parent_id")
    }
    paths = {}
    for village in villages:
        path = [village.code]
        unit_id: int | None = village.unit_id
        while unit_id is not None:
            code, unit_id = units[unit_id]
            path.append(code)
        paths[village.code] = path
    return paths


def area_path(village: Village) -> list[str]:
    """Every area a box of this village may be addressed by: village, commune, …, top."""
    path = [village.code]
    unit: Unit | None = village.unit
    while unit is not None:
        path.append(unit.code)
        unit = unit.parent
    return path


def smallest_unit_containing(area_codes: Iterable[str], on: dt.date | None = None) -> Unit:
    """The lowest unit that all these areas lie in (a village lies in its unit).

    Raises UnknownArea for codes that name nothing, for no codes at all, and for areas that no
    unit contains together.
    """
    codes = set(area_codes)
    unknown = unknown_areas(codes, on)
    if unknown or not codes:
        raise UnknownArea(unknown)
    units = {unit.pk: unit for unit in units_in_force(on).order_by("valid_from")}
    by_code = {unit.code: unit for unit in units.values()}
    starts = [by_code[code] for code in codes if code in by_code]
    villages = Village.objects.filter(code__in=codes - by_code.keys()).select_related("unit")
    starts.extend(units.get(village.unit_id, village.unit) for village in villages)
    chains = [_chain(unit, units) for unit in starts]
    shared = set(chains[0]).intersection(*chains[1:])
    for pk in chains[0]:
        if pk in shared:
            return units[pk] if pk in units else Unit.objects.get(pk=pk)
    raise UnknownArea(codes)


def _chain(unit: Unit, units: dict[int, Unit]) -> list[int]:
    chain = [unit.pk]
    while unit.parent_id is not None:
        chain.append(unit.parent_id)
        parent = units.get(unit.parent_id)
        if parent is None:
            break
        unit = parent
    return chain


def is_within(
    area_codes: Iterable[str], outer_codes: Iterable[str], on: dt.date | None = None
) -> bool:
    """Is every area of the first wholly in the second? Nothing, or an unknown code, is not."""
    inner, outer = set(area_codes), set(outer_codes)
    if not inner or unknown_areas(inner, on):
        return False
    outer_units, _ = _closure(outer, on, None)
    inner_units, named = _closure(inner, on, None)
    inner_villages = set(villages_in(inner, on).values_list("pk", flat=True))
    outer_villages = set(villages_in(outer, on).values_list("pk", flat=True))
    if not inner_villages <= outer_villages:
        return False
    # A unit without villages yet is inside only as a unit.
    return not named or inner_units <= outer_units or _all_have_villages(named, on)


def _all_have_villages(codes: set[str], on: dt.date | None) -> bool:
    found = units_in_force(on).filter(code__in=codes).annotate(n=Count("villages"))
    return all(unit.n or unit.children.exists() for unit in found)


def tree(on: dt.date | None = None, *, top: Unit | None = None) -> list[AreaNode]:
    """The locality as nested areas with their households and villages, in two queries."""
    units = list(units_in_force(on).order_by("code"))
    villages = villages_in([u.code for u in units], on).order_by("code")
    membership: dict[int, int] = {}
    if on is not None:
        rows = VillageMembership.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on
        )
        membership = dict(rows.values_list("village_id", "unit_id"))
    return rules.nest(units, [(membership.get(v.pk, v.unit_id), v) for v in villages], top)


def minimal_cover(area_codes: Iterable[str]) -> list[str]:
    """The fewest codes that name the same villages: a whole commune instead of all its villages."""
    return rules.minimal_cover(tree(), set(area_codes))


def areas_label(area_codes: Iterable[str], on: dt.date | None = None) -> str:
    """Areas in a few words for people: "21 xã, thị trấn", "xã Y Tý; thôn Phìn Hồ (xã A Lù)"."""
    codes = set(area_codes)
    units = list(units_in_force(on).filter(code__in=codes).order_by("code"))
    rest = codes - {unit.code for unit in units}
    villages = list(Village.objects.filter(code__in=rest).select_related("unit"))
    children: dict[int, list[Unit]] = defaultdict(list)
    tops = [unit.pk for unit in units if unit.parent_id is None]
    for child in units_in_force(on).filter(parent_id__in=tops):
        if child.parent_id is not None:
            children[child.parent_id].append(child)
    return rules.label(units, villages, children)


def taken_over_by(units: set[int]) -> set[int]:
    """Units that ended and whose successors these are, at any distance."""
    found: set[int] = set()
    level = set(units)
    while level:
        level = set(
            UnitSuccession.objects.filter(successor__in=level).values_list(
                "predecessor_id", flat=True
            )
        ) - (found | units)
        found |= level
    return found
