"""Merge units on a date: what was planned when the locality was loaded becomes so."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely import unary_union
from shapely.geometry import mapping, shape

from tiengmo.audit.actions import record
from tiengmo.places.errors import CannotCarryOver
from tiengmo.places.events import unit_succeeded, villages_moved
from tiengmo.places.models import Unit, UnitSuccession, Village, VillageMembership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiengmo.audit.actors import Actor

BATCH = 500
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Move:
    """One predecessor's villages that go to one successor."""

    predecessor: Unit
    successor: Unit
    villages: list[Village]

    @property
    def households(self) -> int:
        return sum(village.households for village in self.villages)


@dataclass
class CarryOverReport:
    """What was merged; no moves when it had been done before."""

    on: dt.date
    moves: list[Move] = field(default_factory=list)
    households_before: int = 0
    households_after: int = 0

    @property
    def was_done_before(self) -> bool:
        return not self.moves


def carry_over(
    on: dt.date,
    *,
    by: Actor,
    is_dry_run: bool = False,
    homes: Mapping[str, str] | None = None,
) -> CarryOverReport:
    """Close the units that end on `on`, open their successors and move their villages.

    homes: village code → code of its new unit, needed only where a unit was divided. Doing it
    again changes nothing. Nothing historical is renamed: what runs goes on through
    `events.unit_succeeded` and `events.villages_moved`, sent in the same transaction (not in a
    dry run). Raises CannotCarryOver with every reason, and then nothing was changed.
    """
    if on > timezone.localdate():
        day = f"{on:%d/%m/%Y}"
        raise CannotCarryOver([_("Chưa đến ngày %(day)s: hãy chạy từ ngày ấy.") % {"day": day}])
    with transaction.atomic():
        # Two people who start it at once: the second waits here and then finds it done.
        list(Unit.objects.select_for_update().values_list("pk", flat=True))
        steps = list(
            UnitSuccession.objects.filter(on=on, carried_at=None).select_related(
                "predecessor__parent", "successor__parent"
            )
        )
        if not steps:
            return _nothing_to_do(on)
        moves = _plan(on, steps, dict(homes or {}))
        report = CarryOverReport(on, moves, households_before=_households())
        _close_and_open(on, steps)
        _move_villages(on, moves)
        _draw_outlines(moves)
        report.households_after = _households()
        if report.households_after != report.households_before:
            raise CannotCarryOver(
                [
                    _("Số hộ trước (%(before)s) và sau (%(after)s) không bằng nhau.")
                    % {"before": report.households_before, "after": report.households_after}
                ]
            )
        if is_dry_run:
            transaction.set_rollback(True)
        else:
            _announce(report, steps, by)
    return report


def _nothing_to_do(on: dt.date) -> CarryOverReport:
    plans = UnitSuccession.objects.order_by("on")
    if plans.filter(on=on).exists():
        households = _households()
        return CarryOverReport(on, [], households, households)
    days = {f"{day:%d/%m/%Y}" for day in plans.values_list("on", flat=True)}
    reason = _("Không có đơn vị nào sáp nhập ngày %(day)s.") % {"day": f"{on:%d/%m/%Y}"}
    if days:
        reason += " " + _("Các ngày có kế hoạch: %(days)s.") % {"days": ", ".join(sorted(days))}
    raise CannotCarryOver([reason])


def _households() -> int:
    """Households of villages whose unit is in force."""
    found = Village.objects.filter(unit__is_planned=False, unit__valid_to=None)
    return found.aggregate(total=Sum("households"))["total"] or 0


def _plan(on: dt.date, steps: list[UnitSuccession], homes: dict[str, str]) -> list[Move]:
    """Decide where each village goes, after checking that every step can be taken."""
    successors: dict[int, list[Unit]] = defaultdict(list)
    predecessors: dict[int, Unit] = {}
    for step in steps:
        successors[step.predecessor_id].append(step.successor)
        predecessors[step.predecessor_id] = step.predecessor
    reasons = _obstacles(on, predecessors, successors)
    villages: dict[int, list[Village]] = defaultdict(list)
    for village in Village.objects.filter(unit_id__in=list(predecessors)).order_by("code"):
        villages[village.unit_id].append(village)
    moves: list[Move] = []
    unused = set(homes)
    for pk, predecessor in predecessors.items():
        by_code = {unit.code: unit for unit in successors[pk]}
        groups: dict[str, list[Village]] = {code: [] for code in by_code}
        for village in villages[pk]:
            unused.discard(village.code)
            code = homes.get(village.code) or (next(iter(by_code)) if len(by_code) == 1 else "")
            if code in groups:
                groups[code].append(village)
            else:
                reasons.append(_homeless(village, predecessor, code, by_code))
        moves.extend(Move(predecessor, by_code[code], them) for code, them in groups.items())
    reasons.extend(
        _("Thôn %(code)s: không thuộc đơn vị nào sáp nhập ngày ấy.") % {"code": code}
        for code in sorted(unused)
    )
    if reasons:
        raise CannotCarryOver(reasons)
    return sorted(moves, key=lambda move: (move.predecessor.code, move.successor.code))


def _homeless(village: Village, unit: Unit, code: str, successors: dict[str, Unit]) -> str:
    codes = ", ".join(successors)
    if code:
        text = _("Thôn %(village)s: %(code)s không phải đơn vị kế tiếp của %(unit)s (%(codes)s).")
    else:
        text = _("Thôn %(village)s: %(unit)s chia cho %(codes)s, phải nêu thôn về đơn vị nào.")
    return text % {"village": village.code, "code": code, "unit": unit.name, "codes": codes}


def _obstacles(
    on: dt.date, predecessors: dict[int, Unit], successors: dict[int, list[Unit]]
) -> list[str]:
    day = f"{on:%d/%m/%Y}"
    reasons = []
    opening = {unit.pk: unit for units in successors.values() for unit in units}
    for unit in predecessors.values():
        if unit.is_planned or unit.valid_from >= on:
            reasons.append(
                _("%(unit)s chưa có hiệu lực trước %(day)s.") % {"unit": unit.name, "day": day}
            )
        elif unit.valid_to is not None:
            text = _("%(unit)s đã hết hiệu lực từ %(day)s.")
            reasons.append(text % {"unit": unit.name, "day": f"{unit.valid_to:%d/%m/%Y}"})
    for unit in opening.values():
        if unit.pk in predecessors or (unit.valid_to is not None and unit.valid_to < on):
            text = _("%(unit)s là đơn vị kế tiếp nhưng cũng hết hiệu lực.")
            reasons.append(text % {"unit": unit.name})
        elif unit.valid_from > on:
            text = _("%(unit)s chưa có hiệu lực ngày %(day)s.")
            reasons.append(text % {"unit": unit.name, "day": day})
        parent = unit.parent
        if parent is not None and (
            parent.pk in predecessors or (parent.is_planned and parent.pk not in opening)
        ):
            text = _("Cấp trên của %(unit)s là %(parent)s, không có hiệu lực ngày %(day)s.")
            reasons.append(text % {"unit": unit.name, "parent": parent.name, "day": day})
    holders = Unit.objects.filter(
        code__in=[unit.code for unit in opening.values()], is_planned=False, valid_to=None
    ).exclude(pk__in=[*predecessors, *opening])
    reasons.extend(
        _("Mã %(code)s đang thuộc %(unit)s, đơn vị này không kết thúc ngày ấy.")
        % {"code": unit.code, "unit": unit.name}
        for unit in holders
    )
    orphans = Unit.objects.filter(
        parent_id__in=list(predecessors), is_planned=False, valid_to=None
    ).exclude(pk__in=list(predecessors))
    reasons.extend(
        _("%(unit)s thuộc một đơn vị kết thúc mà không có đơn vị kế tiếp.") % {"unit": unit.name}
        for unit in orphans
    )
    return reasons


def _close_and_open(on: dt.date, steps: list[UnitSuccession]) -> None:
    now = timezone.now()
    for unit in {step.predecessor_id: step.predecessor for step in steps}.values():
        unit.valid_to, unit.closed_at = on - ONE_DAY, now
        unit.save(update_fields=["valid_to", "closed_at"])
    for unit in {step.successor_id: step.successor for step in steps}.values():
        if unit.is_planned:
            unit.is_planned, unit.opened_at = False, now
            unit.save(update_fields=["is_planned", "opened_at"])
    for step in steps:
        step.carried_at = now
    UnitSuccession.objects.bulk_update(steps, ["carried_at"], batch_size=BATCH)


def _move_villages(on: dt.date, moves: list[Move]) -> None:
    for move in moves:
        ids = [village.pk for village in move.villages]
        current = VillageMembership.objects.filter(village_id__in=ids, valid_to=None)
        # A village that was entered with a later date has no history to close.
        current.filter(valid_from__gte=on).update(unit=move.successor)
        ended = current.filter(valid_from__lt=on)
        moved = list(ended.values_list("village_id", flat=True))
        ended.update(valid_to=on - ONE_DAY)
        VillageMembership.objects.bulk_create(
            [VillageMembership(village_id=pk, unit=move.successor, valid_from=on) for pk in moved],
            batch_size=BATCH,
        )
        Village.objects.filter(pk__in=ids).update(unit=move.successor)
        for village in move.villages:
            village.unit = move.successor


def _draw_outlines(moves: list[Move]) -> None:
    """Give a successor without an outline the one of what it took over."""
    parts: dict[int, list[dict[str, object]]] = defaultdict(list)
    successors = {move.successor.pk: move.successor for move in moves}
    shares: dict[int, int] = defaultdict(int)
    for move in moves:
        shares[move.predecessor.pk] += 1
    for move in moves:
        if shares[move.predecessor.pk] == 1 and move.predecessor.geometry:
            parts[move.successor.pk].append(move.predecessor.geometry)
        else:
            parts[move.successor.pk] += [v.geometry for v in move.villages if v.geometry]
    for pk, outlines in parts.items():
        unit = successors[pk]
        if unit.geometry is not None or not outlines:
            continue
        whole = unary_union([shape(outline) for outline in outlines])
        drawn = mapping(whole)
        unit.geometry = {"type": drawn["type"], "coordinates": drawn["coordinates"]}
        unit.west, unit.south, unit.east, unit.north = whole.bounds
        unit.save(update_fields=["geometry", "west", "south", "east", "north"])


def _announce(report: CarryOverReport, steps: list[UnitSuccession], by: Actor) -> None:
    continued: dict[int, UnitSuccession] = {}
    for step in sorted(steps, key=lambda step: step.pk):
        continued.setdefault(step.predecessor_id, step)
    for step in sorted(continued.values(), key=lambda step: step.predecessor.code):
        unit_succeeded.send(
            Unit, predecessor=step.predecessor, successor=step.successor, on=report.on, by=by
        )
    for move in report.moves:
        if move.villages:
            villages_moved.send(
                Village,
                villages=move.villages,
                predecessor=move.predecessor,
                successor=move.successor,
                on=report.on,
                by=by,
            )
    record(
        "places.carried_over",
        by=by,
        subject=f"{report.on:%d/%m/%Y}",
        detail={
            "households": report.households_after,
            "moves": [
                {
                    "from": f"{move.predecessor.code} {move.predecessor.name}",
                    "to": f"{move.successor.code} {move.successor.name}",
                    "villages": len(move.villages),
                }
                for move in report.moves
            ],
        },
    )
