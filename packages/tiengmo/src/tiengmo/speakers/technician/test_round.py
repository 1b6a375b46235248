"""The morning's test round: each box tests itself once, and who did not answer is listed."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.places.models import Unit
from tiengmo.speakers.actions.commands import self_test
from tiengmo.speakers.area_rules import quiet_hours_of
from tiengmo.speakers.errors import NoStationKey
from tiengmo.speakers.models import Box, TestAnswer, TestPlan, TestRound
from tiengmo.speakers.models.upkeep import DEFAULT_ROUND_AT
from tiengmo.speakers.rules import is_quiet

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

logger = logging.getLogger(__name__)

# A round that the worker missed is begun up to this much late; after that the day has none.
LATEST_START = timedelta(hours=1)
# Commands live ten minutes, and answers come with the next connection.
OPEN_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Due:
    """A unit whose boxes are tested together, by its own plan or by the default."""

    unit_id: int
    at: time
    is_silent: bool
    is_on: bool = True


def plan_of_each_unit() -> dict[int, Due]:
    """For every unit the plan that counts there: its own, the nearest above, or the default."""
    parents = dict(Unit.objects.values_list("pk", "parent_id"))
    plans = {plan.unit_id: plan for plan in TestPlan.objects.all()}
    found = {}
    for unit in parents:
        above: int | None = unit
        seen: set[int] = set()
        top = unit
        while above is not None and above not in plans and above not in seen:
            seen.add(above)
            top, above = above, parents.get(above)
        plan = plans.get(above) if above is not None else None
        found[unit] = (
            Due(top, DEFAULT_ROUND_AT, is_silent=True)
            if plan is None
            else Due(plan.unit_id, plan.at, is_silent=plan.is_silent, is_on=plan.is_on)
        )
    return found


def begin_due_rounds(now: datetime | None = None) -> list[TestRound]:
    """Begin each unit's round once its time of the day has come. Asked often, begun once a day."""
    now = now or timezone.now()
    local = timezone.localtime(now)
    plans = plan_of_each_unit()
    groups: dict[int, list[Box]] = defaultdict(list)
    for box in Box.objects.filter(retired_at=None).select_related("village__unit"):
        groups[plans[box.village.unit_id].unit_id].append(box)
    begun = []
    for due in {plan.unit_id: plan for plan in plans.values()}.values():
        starts = timezone.make_aware(datetime.combine(local.date(), due.at))
        is_time = starts <= now < starts + LATEST_START
        if due.is_on and is_time and due.unit_id in groups:
            round_ = _begin(due, groups[due.unit_id], now)
            if round_ is not None:
                begun.append(round_)
    return begun


def _begin(due: Due, boxes: list[Box], now: datetime) -> TestRound | None:
    with transaction.atomic():
        round_, is_new = TestRound.objects.get_or_create(
            on=timezone.localtime(now).date(),
            unit_id=due.unit_id,
            defaults={
                "is_silent": due.is_silent,
                "started_at": now,
                "closes_at": now + OPEN_FOR,
            },
        )
        if not is_new:
            return None
        for box in boxes:
            # A box that lies in quiet hours looks at itself without a sound; it would anyway.
            is_silent = due.is_silent or is_quiet(quiet_hours_of(box), timezone.localtime(now))
            try:
                command = self_test(box, by=SYSTEM, is_silent=is_silent)
            except NoStationKey as error:
                logger.warning("%s is not tested: %s", box.serial, error)
                continue
            TestAnswer.objects.create(
                round=round_, box=box, command_id=command.pk, is_silent=is_silent
            )
        record("speakers.test_round_begun", by=SYSTEM, subject=round_, detail={"boxes": len(boxes)})
    return round_


def plan_test_round(
    unit: Unit, *, by: Actor, at: time, is_silent: bool, is_on: bool = True
) -> TestPlan:
    """Say when the boxes of a unit test themselves, and whether the village hears it.

    Raises:
        NotAllowed: `by` is no technician here.
    """
    if isinstance(by, User):
        require_role(by, Role.TECHNICIAN, unit)
    with transaction.atomic():
        plan, _is_new = TestPlan.objects.update_or_create(
            unit=unit, defaults={"at": at, "is_silent": is_silent, "is_on": is_on}
        )
        record(
            "speakers.test_round_planned",
            by=by,
            subject=plan,
            detail={"at": f"{at:%H:%M}", "is_silent": is_silent, "is_on": is_on},
        )
    return plan
