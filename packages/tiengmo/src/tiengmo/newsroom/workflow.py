"""Where a bulletin may go from where it stands. Nothing else changes its stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import NotPossible

if TYPE_CHECKING:
    from wagtail.models import WorkflowState

    from tiengmo.people.models import User


class Stage(models.TextChoices):
    DRAFT = "draft", _("đang soạn")
    IN_REVIEW = "in_review", _("chờ duyệt")
    SENT_BACK = "sent_back", _("trả lại")
    CLEARED = "cleared", _("đã duyệt")
    WITHDRAWN = "withdrawn", _("đã gỡ")


# (stage, act) → the stages it may lead to. What is out on the channels is the Release's own life:
# a cleared bulletin that is edited is a draft again while its release stays out.
TRANSITIONS: dict[tuple[str, str], frozenset[str]] = {
    (Stage.DRAFT, "edit"): frozenset({Stage.DRAFT}),
    (Stage.SENT_BACK, "edit"): frozenset({Stage.SENT_BACK}),
    # An edit during review starts the review again from its first step.
    (Stage.IN_REVIEW, "edit"): frozenset({Stage.IN_REVIEW, Stage.DRAFT}),
    (Stage.CLEARED, "edit"): frozenset({Stage.DRAFT}),
    (Stage.WITHDRAWN, "edit"): frozenset({Stage.DRAFT}),
    (Stage.DRAFT, "submit"): frozenset({Stage.IN_REVIEW}),
    (Stage.SENT_BACK, "submit"): frozenset({Stage.IN_REVIEW}),
    (Stage.IN_REVIEW, "recall"): frozenset({Stage.DRAFT}),
    (Stage.IN_REVIEW, "clear"): frozenset({Stage.IN_REVIEW, Stage.CLEARED}),
    (Stage.IN_REVIEW, "send_back"): frozenset({Stage.SENT_BACK}),
    (Stage.CLEARED, "withdraw"): frozenset({Stage.WITHDRAWN}),
    # The release of an earlier version is taken back; the newer draft stays where it is.
    (Stage.DRAFT, "withdraw"): frozenset({Stage.DRAFT}),
    (Stage.IN_REVIEW, "withdraw"): frozenset({Stage.IN_REVIEW}),
    (Stage.SENT_BACK, "withdraw"): frozenset({Stage.SENT_BACK}),
}

_REFUSALS = {
    "submit": _("Không gửi duyệt được: bài đang ở trạng thái “%(stage)s”."),
    "recall": _("Không rút lại được: bài đang ở trạng thái “%(stage)s”."),
    "clear": _("Bài không còn chờ duyệt: bài đang ở trạng thái “%(stage)s”."),
    "send_back": _("Không trả lại được: bài đang ở trạng thái “%(stage)s”."),
    "withdraw": _("Không gỡ được: bài đang ở trạng thái “%(stage)s”."),
    "edit": _("Không sửa được: bài đang ở trạng thái “%(stage)s”."),
}


def require(stage: str, act: str) -> None:
    """Raise `NotPossible` unless `act` is allowed where the bulletin stands."""
    if (stage, act) not in TRANSITIONS:
        raise NotPossible(str(_REFUSALS[act]) % {"stage": Stage(stage).label})


def finish(workflow_state: WorkflowState, user: User | None = None) -> None:
    """Wagtail's end of a workflow (WAGTAIL_FINISH_WORKFLOW_ACTION): the version becomes the row.

    The default asks for a publish permission that nobody has: only a clearing gets this far. This
    file imports no model, because Wagtail reads this name while its own models are being loaded.
    """
    bulletin = workflow_state.content_object
    bulletin.get_latest_revision().publish(user=user, skip_permission_checks=True)
