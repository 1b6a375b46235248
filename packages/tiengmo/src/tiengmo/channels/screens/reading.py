"""Reading what a player reports: whatever it is, it becomes a Report or BadReport. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

MOST_PLAYS, MOST_HOLDS = 500, 200
LONGEST_TEXT = 300


class BadReport(ValueError):
    """Not what any player of ours sends."""


@dataclass(frozen=True)
class PlayClaim:
    """One showing as the device tells it. started_at: None when its clock could not be trusted."""

    play_id: UUID
    item: str
    started_at: datetime | None
    duration_ms: int


@dataclass(frozen=True)
class Report:
    plays: list[PlayClaim] = field(default_factory=list)
    # Ids that cannot even be read, so that the device may forget them.
    unreadable: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    showing: str = ""
    waiting: int = 0
    clock_offset_ms: int | None = None
    player: str = ""


def read_report(sent: object) -> Report:
    """Raises BadReport."""
    if not isinstance(sent, dict):
        raise BadReport("no object")
    plays, holds = sent.get("plays", []), sent.get("holds", [])
    if not isinstance(plays, list) or len(plays) > MOST_PLAYS:
        raise BadReport("plays")
    if not isinstance(holds, list) or len(holds) > MOST_HOLDS:
        raise BadReport("holds")
    claims: dict[UUID, PlayClaim] = {}
    unreadable = []
    for one in plays:
        claim = _claim(one)
        if claim is None:
            unreadable.append(_text(one.get("id", "")) if isinstance(one, dict) else "")
        else:
            claims.setdefault(claim.play_id, claim)
    return Report(
        plays=list(claims.values()),
        unreadable=[name for name in unreadable if name],
        holds=[str(found) for one in holds if (found := _uuid(one)) is not None],
        showing=_text(sent.get("showing", "")),
        waiting=min(_whole(sent.get("waiting"), default=0), 2**31 - 1),
        clock_offset_ms=_offset(sent.get("clock_offset_ms")),
        player=_text(sent.get("player", ""))[:200],
    )


def _claim(one: Any) -> PlayClaim | None:
    if not isinstance(one, dict):
        return None
    play_id, item = _uuid(one.get("id")), one.get("item")
    duration = _whole(one.get("ms"), default=-1)
    if play_id is None or not isinstance(item, str) or "\0" in item or duration < 0:
        return None
    started = one.get("at")
    if started is None:
        return PlayClaim(play_id, item[:100], None, duration)
    try:
        at = datetime.fromtimestamp(_finite(started) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return PlayClaim(play_id, item[:100], at, duration)


def _finite(number: Any) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise ValueError("no number")
    return float(number)


def _whole(number: Any, *, default: int) -> int:
    try:
        return max(default, round(_finite(number)))
    except (ValueError, OverflowError):
        return default


def _offset(number: Any) -> int | None:
    try:
        offset = round(_finite(number))
    except (ValueError, OverflowError):
        return None
    return offset if abs(offset) < 2**62 else None


def _uuid(text: Any) -> UUID | None:
    if not isinstance(text, str) or len(text) > 40:  # noqa: PLR2004 (a UUID has 36)
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


def _text(text: Any) -> str:
    return text.replace("\0", "")[:LONGEST_TEXT] if isinstance(text, str) else ""
