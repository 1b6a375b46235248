from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from tiengmo.audit.actions import record
from tiengmo.newsroom import review, workflow
from tiengmo.newsroom.errors import ChangedMeanwhile, NotReady, RouteChanged
from tiengmo.newsroom.forms_of import problems_of, renditions_of, topic_of
from tiengmo.newsroom.permissions import standing
from tiengmo.newsroom.queries import releases_of
from tiengmo.newsroom.workflow import Stage
from tiengmo.releases.actions import make_release

from .locking import latest_version, locked, set_stage
from .standing_step import require_step

if TYPE_CHECKING:
    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit
    from tiengmo.releases.models import Release


@dataclass(frozen=True)
class Clearing:
    """What came of a clearing: the release it made, or the unit that clears next."""

    release: Release | None = None
    next_unit: Unit | None = None
    was_done_before: bool = False


def clear_bulletin(bulletin: Bulletin, *, by: User, revision_id: int) -> Clearing:
    """Say yes to exactly the version `revision_id`; the last step's yes makes one Release.

    A second click gives the outcome of the first. Raises ChangedMeanwhile when the bulletin was
    saved after the approver opened it, RouteChanged when its route no longer fits (the review
    then starts again), NotReady, NotPossible, NotYours, NotAllowed, NobodyQualifies, ReleaseError.
    """
    with transaction.atomic():
        row = locked(bulletin)
        before = _cleared_before(row, by, revision_id)
        if before is not None:
            return before
        workflow.require(row.stage, "clear")
        if row.latest_revision_id != revision_id:
            raise ChangedMeanwhile(
                _(
                    "Bài đã được sửa sau khi bạn mở trang này, nên chưa duyệt gì cả. "
                    "Hãy đọc lại bản mới rồi duyệt."
                )
            )
        version = latest_version(row)
        state = row.current_workflow_state
        is_same_route = review.fits(state, version)
        if is_same_route:
            clearing = _clear(row, version, by=by)
        else:
            review.start(row, version, by=state.requested_by or by)
            record(
                "bulletin.route_changed",
                by=by,
                subject=row,
                detail={"revision": revision_id},
            )
    if not is_same_route:  # after the commit: the new round must stand
        raise RouteChanged(
            _("Nơi nhận của bài nay thuộc tuyến duyệt khác, nên việc duyệt đã bắt đầu lại từ đầu.")
        )
    bulletin.stage = row.stage
    return clearing


def _cleared_before(row: Bulletin, by: User, revision_id: int) -> Clearing | None:
    """The outcome of this person's earlier yes to this version in the latest round, if any."""
    state = row.workflow_states.order_by("-created_at", "-pk").first()
    if state is None or state.status not in (state.STATUS_IN_PROGRESS, state.STATUS_APPROVED):
        return None
    was_cleared = state.task_states.filter(
        revision_id=revision_id, finished_by=by, status=TaskState.STATUS_APPROVED
    ).exists()
    if not was_cleared:
        return None
    return Clearing(
        release=releases_of(row).filter(source_version=str(revision_id)).first(),
        next_unit=_next_unit(row),
        was_done_before=True,
    )


def _clear(row: Bulletin, version: Bulletin, *, by: User) -> Clearing:
    step, unit = require_step(row, by=by)
    problems = problems_of(version, at_clearing=True)
    if problems:
        raise NotReady(problems)
    revision_id = row.latest_revision_id
    step.approve(user=by)
    record(
        "bulletin.cleared", by=by, subject=row, detail={"revision": revision_id, "step": unit.code}
    )
    next_unit = _next_unit(row)
    if next_unit is not None:
        return Clearing(next_unit=next_unit)
    release = make_release(
        source_type=review.SOURCE_TYPE,
        source_id=str(row.pk),
        source_version=str(revision_id),
        title=version.headline,
        unit=standing(version.unit),
        audience=version.audience,
        channels=version.channels,
        priority=version.priority,
        release_at=version.release_at,
        window_end_at=version.window_end_at,
        author_name=str(version.author),
        cleared_by=by,
        renditions=renditions_of(version),
        topic=topic_of(version),
    )
    set_stage(row, Stage.CLEARED)
    return Clearing(release=release)


def _next_unit(row: Bulletin) -> Unit | None:
    step = review.current_step(row)
    return step.task.specific.unit if step is not None else None
