"""Who may change a place: decided by the app that knows people, which lies above this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tiengmo.audit import SYSTEM

if TYPE_CHECKING:
    from .models import Unit

# (who, unit) → "" when they may change the unit's villages, else why not, in words for them.
Decider = Callable[[Any, "Unit"], str]
_deciders: list[Decider] = []


def let_decide(decider: Decider) -> None:
    """Register the app that answers; the last one registered does."""
    _deciders[:] = [decider]


def why_not(by: Any, unit: Unit) -> str:
    """Say why `by` may not change villages of `unit`; "" when they may. The system itself may."""
    if by is SYSTEM:
        return ""
    if not _deciders:
        return _("Hệ thống chưa cài phần phân quyền.")
    return _deciders[0](by, unit)
