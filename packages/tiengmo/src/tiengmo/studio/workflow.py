"""Where a takeover may go from where it stands. Nothing else changes its state."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import NotPossible


class TakeoverState(models.TextChoices):
    WAITING = "waiting", _("chờ tín hiệu")
    ON_AIR = "on_air", _("đang lên sóng")
    INTERRUPTED = "interrupted", _("mất tín hiệu")
    ENDING = "ending", _("đang kết thúc")
    ENDED = "ended", _("đã kết thúc")


# (state, act) → the state it leads to.
TRANSITIONS: dict[tuple[str, str], str] = {
    (TakeoverState.WAITING, "sound"): TakeoverState.ON_AIR,
    (TakeoverState.INTERRUPTED, "sound"): TakeoverState.ON_AIR,
    (TakeoverState.ON_AIR, "lose"): TakeoverState.INTERRUPTED,
    (TakeoverState.WAITING, "end"): TakeoverState.ENDING,
    (TakeoverState.ON_AIR, "end"): TakeoverState.ENDING,
    (TakeoverState.INTERRUPTED, "end"): TakeoverState.ENDING,
    (TakeoverState.WAITING, "finish"): TakeoverState.ENDED,
    (TakeoverState.ON_AIR, "finish"): TakeoverState.ENDED,
    (TakeoverState.INTERRUPTED, "finish"): TakeoverState.ENDED,
    (TakeoverState.ENDING, "finish"): TakeoverState.ENDED,
}
OPEN = frozenset(
    {
        TakeoverState.WAITING,
        TakeoverState.ON_AIR,
        TakeoverState.INTERRUPTED,
        TakeoverState.ENDING,
    }
)


def after(state: str, act: str) -> TakeoverState:
    """Give the state an act leads to. Raises NotPossible when it is not allowed here."""
    try:
        return TakeoverState(TRANSITIONS[state, act])
    except KeyError as error:
        raise NotPossible(
            str(_("Không làm được: buổi phát đang ở trạng thái “%(state)s”."))
            % {"state": TakeoverState(state).label}
        ) from error
