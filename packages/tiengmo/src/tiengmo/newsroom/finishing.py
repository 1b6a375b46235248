"""Wagtail's end of a workflow (WAGTAIL_FINISH_WORKFLOW_ACTION): the version becomes the row.

In a file of its own, because Wagtail imports it while its models are still being loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState

    from tiengmo.people.models import User


def finish(workflow_state: WorkflowState, user: User | None = None) -> None:
    # The default asks for a publish permission that nobody has: only a clearing gets this far.
    bulletin = workflow_state.content_object
    bulletin.get_latest_revision().publish(user=user, skip_permission_checks=True)
