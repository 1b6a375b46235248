"""The kinds of things there are, and what they are called; their owners say so at start-up."""

from __future__ import annotations

_names: dict[str, str] = {}


def register(kind: str, name: str) -> None:
    """Name a kind in Vietnamese, as a facet shows it: register("document", "Văn bản")."""
    _names[kind] = name


def name_of(kind: str) -> str:
    return _names.get(kind, kind)


def names() -> dict[str, str]:
    return dict(_names)
