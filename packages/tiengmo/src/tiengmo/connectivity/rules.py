"""When a village is cut off, and what figures bound. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .models import Level

if TYPE_CHECKING:
    from collections.abc import Collection


def dead_zone_of(levels: Collection[str]) -> str:
    """A village's dead zone from those of its operators; "" where nobody stated one.

    People change their operator where another one has signal, so the village is a whole dead zone
    only where every operator that was stated has none.
    """
    if not levels:
        return ""
    if all(level == Level.WHOLE for level in levels):
        return Level.WHOLE
    return Level.NONE if all(level == Level.NONE for level in levels) else Level.PARTIAL


def is_cut_off(levels: Collection[str], *, has_fibre: bool, on_record: bool) -> bool:
    """Can nothing call a machine there? on_record: the village's own mark, where none is stated."""
    if has_fibre:
        return False
    zone = dead_zone_of(levels)
    return zone == Level.WHOLE if zone else on_record


def online_at_most(
    households: int, *, fixed_subscribers: int | None, smartphones: int | None
) -> int | None:
    """Households that can open a page at home, at most; None where a figure is missing.

    No two smartphones or lines need be of one household: their sum, never more than live there.
    """
    if fixed_subscribers is None or smartphones is None:
        return None
    return min(households, fixed_subscribers + smartphones)
