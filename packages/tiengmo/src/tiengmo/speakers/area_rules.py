"""What an area allows its boxes: decided by the app that plans programmes, which lies above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from speaker_link.messages import Limits

from .rules import parse_quiet_hours, utc_offset

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tiengmo.places.models import Unit

    from .models import Box


@dataclass(frozen=True)
class AreaAllows:
    """Quiet hours as boxes have them ([{"start", "end"}], local), and limits (None: none)."""

    quiet_hours: list[dict[str, str]] = field(default_factory=list)
    session_minutes: int | None = None
    sessions_per_day: int | None = None
    gap_minutes: int | None = None


_askers: list[Callable[[Unit], AreaAllows]] = []


def let_say_what_is_allowed(asker: Callable[[Unit], AreaAllows]) -> None:
    """Register the app that answers for a unit; the last one registered does."""
    _askers[:] = [asker]


def allowed_in(unit: Unit) -> AreaAllows:
    """What holds in a unit; without any app that knows, the installation's own quiet hours."""
    if not _askers:
        return AreaAllows(quiet_hours=parse_quiet_hours(settings.QUIET_HOURS))
    return _askers[0](unit)


def quiet_hours_of(box: Box, allowed: AreaAllows | None = None) -> list[dict[str, str]]:
    """All the quiet hours a box keeps: its area's, and those it has of its own beside them."""
    area = (allowed or allowed_in(box.village.unit)).quiet_hours
    return [*area, *(entry for entry in box.quiet_hours if entry not in area)]


def limits_on_wire(allowed: AreaAllows, local_now: datetime) -> Limits | None:
    """The limits as a box is told them; None when the area has none."""
    if allowed.session_minutes is None and allowed.sessions_per_day is None:
        return None
    return Limits(
        session_minutes=allowed.session_minutes,
        sessions_per_day=allowed.sessions_per_day,
        gap_minutes=allowed.gap_minutes,
        utc_offset=utc_offset(local_now),
    )
