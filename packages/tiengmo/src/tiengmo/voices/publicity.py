"""Which sounds anybody may hear. Voices makes sounds; whoever publishes them says so here."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Standing(Enum):
    """What the public may know of a sound; one that nobody published has no standing."""

    PUBLIC = "public"
    GONE = "gone"  # it was public, and was taken back


_deciders: list[Callable[[str], Standing | None]] = []


def let_decide(decider: Callable[[str], Standing | None]) -> None:
    """Register who knows, by a file's SHA-256, whether it was published, and is still."""
    if decider not in _deciders:
        _deciders.append(decider)


def standing_of(sha256: str) -> Standing | None:
    """Say what the public may know of a file. What one publishes another cannot take back."""
    found = {decider(sha256) for decider in _deciders}
    if Standing.PUBLIC in found:
        return Standing.PUBLIC
    return Standing.GONE if Standing.GONE in found else None
