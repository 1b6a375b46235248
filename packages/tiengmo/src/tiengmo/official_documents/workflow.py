"""Where a document may go from where it stands. Nothing else changes its state."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .errors import NotPossible


class State(models.TextChoices):
    DRAFT = "draft", gettext_lazy("bản nháp")
    PUBLISHED = "published", gettext_lazy("đã công bố")
    WITHDRAWN = "withdrawn", gettext_lazy("đã gỡ")


TRANSITIONS: dict[tuple[str, str], str] = {
    (State.DRAFT, "edit"): State.DRAFT,
    (State.DRAFT, "discard"): State.DRAFT,
    (State.DRAFT, "publish"): State.PUBLISHED,
    (State.PUBLISHED, "correct"): State.PUBLISHED,
    (State.PUBLISHED, "withdraw"): State.WITHDRAWN,
}


def next_state(state: str, act: str) -> str:
    """Where this act leads. Raises NotPossible where it is not allowed."""
    found = TRANSITIONS.get((state, act))
    if found is None:
        raise NotPossible(
            _("Không làm được việc này: văn bản đang ở trạng thái “%(state)s”.")
            % {"state": State(state).label}
        )
    return found
