"""Where `tiengmo search rebuild` reads everything again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiengmo.search.entries import Entry

_sources: dict[str, Callable[[], Iterable[Entry]]] = {}


def register(kind: str, source: Callable[[], Iterable[Entry]]) -> None:
    """Name who gives every entry of a kind that the public may find now."""
    _sources[kind] = source


def all_sources() -> dict[str, Callable[[], Iterable[Entry]]]:
    return dict(_sources)
