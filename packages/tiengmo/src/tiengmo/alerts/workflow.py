"""The life of one alert message, as a table. What is not here does not happen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("đang soạn")
    COMPOSED = "composed", _("chờ người thứ hai ký")
    ISSUED = "issued", _("đang phát")
    UPDATED = "updated", _("đã thay bằng bản cập nhật")
    CANCELLED = "cancelled", _("đã kết thúc")
    EXPIRED = "expired", _("đã hết hạn")
    REJECTED = "rejected", _("không phát")


MOVES: dict[str, frozenset[str]] = {
    # A test goes out with one signature: from draft to the air.
    State.DRAFT: frozenset({State.COMPOSED, State.ISSUED, State.REJECTED}),
    State.COMPOSED: frozenset({State.ISSUED, State.REJECTED}),
    State.ISSUED: frozenset({State.UPDATED, State.CANCELLED, State.EXPIRED}),
    State.UPDATED: frozenset(),
    State.CANCELLED: frozenset(),
    State.EXPIRED: frozenset(),
    State.REJECTED: frozenset(),
}


def may_move(before: str, after: str) -> bool:
    return after in MOVES[before]
