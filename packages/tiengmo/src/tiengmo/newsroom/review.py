"""Routes on Wagtail's workflow rows: choosing, starting, restarting; who may clear the step.

The route is always computed from a saved version's audience, at submit, at each edit during review
and at each clearing, because Wagtail itself keeps the workflow it started with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import TaskState, Workflow, WorkflowState, WorkflowTask

from tiengmo.people.models import Role
from tiengmo.people.queries import holders_of, line_of
from tiengmo.places.errors import UnknownArea
from tiengmo.places.queries import smallest_unit_containing

from . import rules
from .errors import NobodyQualifies
from .models import ReviewRoute, UnitApprovalTask
from .permissions import standing

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

    from .models import Bulletin

SOURCE_TYPE = "newsroom.bulletin"


def route_of(version: Bulletin) -> list[Unit]:
    """The units that must clear this version, in order; none while it has no audience."""
    try:
        containing = smallest_unit_containing(version.audience)
    except UnknownArea:
        return []
    own = standing(version.unit)
    chain = rules.route(own.pk, containing.pk, [unit.pk for unit in line_of(containing)])
    return [own if pk == own.pk else containing for pk in chain]


def workflow_of(version: Bulletin) -> Workflow | None:
    """The workflow of this version's route, made when the chain of units is first needed."""
    units = route_of(version)
    if not units:
        return None
    key = ">".join(str(unit.pk) for unit in units)
    found = ReviewRoute.objects.filter(key=key).select_related("workflow").first()
    if found is None:
        found = _make_route(key, units)
    return found.workflow


@transaction.atomic
def _make_route(key: str, units: list[Unit]) -> ReviewRoute:
    names = " → ".join(unit.name for unit in units)
    workflow = Workflow.objects.create(name=_("Duyệt: %(units)s") % {"units": names})
    route, is_new = ReviewRoute.objects.get_or_create(key=key, defaults={"workflow": workflow})
    if not is_new:  # another process made it meanwhile
        workflow.delete()
        return route
    for order, unit in enumerate(units):
        task = UnitApprovalTask.objects.filter(unit=unit).first() or (
            UnitApprovalTask.objects.create(unit=unit, name=unit.name)
        )
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
    return route


def authors_since_clearing(bulletin: Bulletin) -> set[int]:
    """Ids of everyone who wrote or edited since a version of this bulletin was last cleared."""
    revisions = bulletin.revisions.exclude(user=None)
    cleared = last_cleared_version(bulletin)
    if cleared is None:
        return {bulletin.author_id, *revisions.values_list("user_id", flat=True)}
    return set(revisions.filter(pk__gt=cleared).values_list("user_id", flat=True))


def last_cleared_version(bulletin: Bulletin) -> int | None:
    from tiengmo.releases.models import Release

    versions = Release.objects.filter(
        source_type=SOURCE_TYPE, source_id=str(bulletin.pk)
    ).values_list("source_version", flat=True)
    return max((int(version) for version in versions), default=None)


def holders(units: list[Unit]) -> dict[int, set[int]]:
    return {
        unit.pk: set(holders_of(Role.APPROVER, unit).values_list("pk", flat=True)) for unit in units
    }


def start(bulletin: Bulletin, version: Bulletin, *, by: User) -> WorkflowState:
    """Start the review of the latest version from its first step, ending any earlier round.

    Raises NobodyQualifies, naming the role and the units, when a step has no one for it.
    """
    units = route_of(version)
    missing = rules.unfillable(
        [unit.pk for unit in units],
        holders=holders(units),
        excluded=authors_since_clearing(bulletin),
    )
    if missing:
        raise NobodyQualifies(appointment_needed([unit for unit in units if unit.pk in missing]))
    stop(bulletin, by=by)
    workflow = workflow_of(version)
    assert workflow is not None  # noqa: S101  (an audience was checked by the caller)
    return workflow.start(bulletin, by)


def stop(bulletin: Bulletin, *, by: User) -> None:
    """End the round under way, if there is one."""
    state = bulletin.current_workflow_state
    if state is not None:
        state.cancel(user=by)


def appointment_needed(units: list[Unit]) -> str:
    names = ", ".join(unit.name for unit in units)
    return _(
        "Chưa có ai duyệt được bài này tại: %(units)s. Người đã viết hoặc sửa bài không được tự "
        "duyệt, và mỗi bước cần một người khác nhau. Hãy đề nghị quản trị viên giao vai trò "
        "“%(role)s” tại %(units)s cho một người nữa."
    ) % {"units": names, "role": Role.APPROVER.label}


def fits(state: WorkflowState, version: Bulletin) -> bool:
    """Is the round under way still the route that this version's audience asks for?"""
    wanted = workflow_of(version)
    return wanted is not None and wanted.pk == state.workflow_id


def current_step(bulletin: Bulletin) -> TaskState | None:
    """The step that waits, or None when the bulletin is not under review."""
    return bulletin.current_workflow_task_state


def units_of(state: WorkflowState) -> list[Unit]:
    tasks = UnitApprovalTask.objects.filter(workflow_tasks__workflow=state.workflow_id)
    return [
        task.unit for task in tasks.select_related("unit").order_by("workflow_tasks__sort_order")
    ]


def cleared_steps(state: WorkflowState) -> list[TaskState]:
    """The steps of this round that were cleared, oldest first."""
    return list(
        state.task_states.filter(status=TaskState.STATUS_APPROVED)
        .select_related("finished_by", "task")
        .order_by("finished_at", "pk")
    )


def refusal_for(bulletin: Bulletin, user: User) -> rules.Refusal | None:
    """Say why this person may not clear the step that waits, or None when they may."""
    state = bulletin.current_workflow_state
    step = current_step(bulletin)
    if state is None or step is None:
        return rules.Refusal.NOT_APPROVER
    units = units_of(state)
    cleared = cleared_steps(state)
    done = {task_state.task_id for task_state in cleared}
    current: int = step.task.specific.unit_id
    tasks: dict[int, Any] = dict(
        UnitApprovalTask.objects.filter(unit__in=units).values_list("unit_id", "pk")
    )
    later = [unit.pk for unit in units if unit.pk != current and tasks[unit.pk] not in done]
    return rules.refusal(
        user.pk,
        step=current,
        later_steps=later,
        holders=holders(units),
        authors=authors_since_clearing(bulletin),
        cleared_by={s.finished_by_id for s in cleared if s.finished_by_id is not None},
    )


def refusal_text(refusal: rules.Refusal, unit: Unit) -> str:
    return {
        rules.Refusal.NOT_APPROVER: _("Bước này cần người giữ vai trò “Người duyệt” tại %(unit)s."),
        rules.Refusal.AUTHOR: _(
            "Bạn đã viết hoặc sửa bài này từ lần duyệt trước nên không tự duyệt được. "
            "Cần một người duyệt khác của %(unit)s."
        ),
        rules.Refusal.CLEARED_BEFORE: _(
            "Bạn đã duyệt một bước của bài này. Bước tại %(unit)s cần một người khác."
        ),
        rules.Refusal.NEEDED_LATER: _(
            "Chỉ bạn duyệt được bước sau của bài này. Hãy để một người duyệt khác của %(unit)s "
            "duyệt bước này."
        ),
    }[refusal] % {"unit": unit.name}
