"""Boolean expressions over lexemes; each engine writes them in its own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Each:
    """Every part must hold."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One part must hold."""

    parts: tuple[Expression, ...]


Expression = str | Each | Either


def written(expression: Expression, each: str, either: str, quote: str) -> str:
    """Write it with an engine's own signs. A lexeme never holds a quote, a space or a sign."""
    if isinstance(expression, str):
        return f"{quote}{expression}{quote}"
    sign = each if isinstance(expression, Each) else either
    inner = [written(part, each, either, quote) for part in expression.parts]
    return inner[0] if len(inner) == 1 else f"({sign.join(inner)})"
