"""What may follow what, as tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    RECEIVED = "received", _("đã nhận")
    ASSIGNED = "assigned", _("đang xử lý")
    ANSWERED = "answered", _("chờ duyệt câu trả lời")
    PUBLISHED = "published", _("đã trả lời công khai")
    REFUSED = "refused", _("không tiếp nhận")
    WITHDRAWN = "withdrawn", _("đã gỡ")


MOVES: dict[str, frozenset[str]] = {
    State.RECEIVED: frozenset({State.ASSIGNED, State.REFUSED}),
    # To another unit, which is assigned again.
    State.ASSIGNED: frozenset({State.ASSIGNED, State.ANSWERED, State.REFUSED}),
    # Sent back, published, or written again.
    State.ANSWERED: frozenset({State.ASSIGNED, State.ANSWERED, State.PUBLISHED, State.REFUSED}),
    # A correction stays published.
    State.PUBLISHED: frozenset({State.PUBLISHED, State.WITHDRAWN}),
    # Refused by mistake.
    State.REFUSED: frozenset({State.ASSIGNED}),
    State.WITHDRAWN: frozenset(),
}
OPEN = (State.RECEIVED, State.ASSIGNED, State.ANSWERED)
CLOSED = (State.PUBLISHED, State.REFUSED, State.WITHDRAWN)


def may_move(state: str, to: str) -> bool:
    return to in MOVES[state]


class EventState(models.TextChoices):
    DRAFT = "draft", _("bản nháp")
    PUBLISHED = "published", _("đã công bố")
    CANCELLED = "cancelled", _("đã huỷ")
