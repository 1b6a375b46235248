"""What a playlist shows at an instant. Pure; the same rules as the player's own `playlist.js`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime


def is_open(playlist: dict[str, Any], at: datetime) -> bool:
    """Is the screen on at that hour?"""
    return _is_within(_local(playlist, at), playlist["opens"], playlist["closes"])


def showing(playlist: dict[str, Any], which: str, at: datetime) -> list[dict[str, Any]]:
    """The items, or the lines of the ticker, that come round at that instant; in their order."""
    return [item for item in playlist[which] if _is_on(item, playlist, at)]


def _is_on(item: dict[str, Any], playlist: dict[str, Any], at: datetime) -> bool:
    local = _local(playlist, at)
    if not item["from"] <= at.timestamp() * 1000 < item["until"]:
        return False
    if item["weekdays"] and local.weekday() not in item["weekdays"]:
        return False
    return item["hours"] is None or _is_within(local, *item["hours"])


def _local(playlist: dict[str, Any], at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(playlist["zone"]))


def _is_within(local: datetime, opens: str, closes: str) -> bool:
    """Also over midnight; the same hour twice is the whole day."""
    now = f"{local:%H:%M}"
    if opens < closes:
        return opens <= now < closes
    return opens == closes or now >= opens or now < closes
