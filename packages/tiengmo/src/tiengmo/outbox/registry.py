"""Which function runs which topic. Apps register theirs in `handlers.py`, loaded at start."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[dict[str, Any]], None]


class Lane(Enum):
    """Slow work (speech) and what waits for somebody else's server have threads of their own, so
    that they delay neither a release nor each other."""

    QUICK = "quick"
    SLOW = "slow"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Registration:
    handler: Handler
    lane: Lane
    every_seconds: float | None = None


_HANDLERS: dict[str, Registration] = {}


class Later(Exception):
    """Raised by a handler whose time has not come: run it again, not counted as a failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def handles(topic: str, *, lane: Lane = Lane.QUICK) -> Callable[[Handler], Handler]:
    """Name the function that runs entries of this topic. It may run twice for one entry."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[topic] = Registration(handler, lane)
        return handler

    return register


def every(topic: str, *, seconds: float) -> Callable[[Handler], Handler]:
    """Name a function that runs again and again, `seconds` after it last ended."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[topic] = Registration(handler, Lane.QUICK, seconds)
        return handler

    return register


def registration(topic: str) -> Registration | None:
    return _HANDLERS.get(topic)


def topics(lane: Lane) -> list[str]:
    return [topic for topic, entry in _HANDLERS.items() if entry.lane is lane]


def repeating() -> dict[str, float]:
    return {t: r.every_seconds for t, r in _HANDLERS.items() if r.every_seconds is not None}
