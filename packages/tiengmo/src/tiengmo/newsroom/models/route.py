from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState, Workflow

if TYPE_CHECKING:
    from tiengmo.people.models import User

    from .bulletin import Bulletin


class UnitApprovalTask(Task):
    """One step of a route: an approver of `unit`, who is no author since the last clearing.

    Wagtail's GroupApprovalTask offers authors their own Approve; this one asks `review` who may.
    Personal data: none.
    """

    unit = models.OneToOneField(
        "places.Unit", on_delete=models.PROTECT, related_name="approval_task"
    )

    admin_form_fields = ["unit"]

    class Meta:
        verbose_name = _("bước duyệt của đơn vị")
        verbose_name_plural = _("các bước duyệt của đơn vị")

    def locked_for_user(self, obj: Bulletin, user: User) -> bool:  # noqa: ARG002
        # Editors go on editing: each edit starts the review again. Whoever may not edit is kept
        # out by the permission policy, not by this lock.
        return False

    def user_can_access_editor(self, obj: Bulletin, user: User) -> bool:  # noqa: ARG002
        return False

    def get_actions(self, obj: Bulletin, user: User) -> list[tuple[str, Any, bool]]:
        from tiengmo.newsroom import review

        if review.refusal_for(obj, user) is not None:
            return []
        return [("reject", _("Trả lại kèm ý kiến"), True), ("approve", _("Duyệt"), False)]

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        # Wagtail's own screens come this way; they lead to the same two actions as ours.
        from tiengmo.newsroom.actions import clear_bulletin, send_back_bulletin

        bulletin = task_state.workflow_state.content_object
        if action_name == "approve":
            clear_bulletin(bulletin, by=user, revision_id=task_state.revision_id)
        elif action_name == "reject":
            send_back_bulletin(bulletin, by=user, comment=kwargs.get("comment", ""))

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any) -> Any:  # noqa: ARG002
        from tiengmo.people.models import Role

        if not user.assignments.filter(role=Role.APPROVER, unit=self.unit).exists():
            return TaskState.objects.none()
        return self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)


class ReviewRoute(models.Model):
    """The Wagtail workflow of one chain of units, made when a bulletin first needs that chain.

    Personal data: none.
    """

    key = models.CharField(max_length=200, unique=True)  # "12>7": ids of units, in order
    workflow = models.OneToOneField(Workflow, on_delete=models.CASCADE, related_name="route")

    def __str__(self) -> str:
        return str(self.workflow)
