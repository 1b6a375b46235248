from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from .expressions import Expression


class Engine(Protocol):
    """A full-text index of keys and lexemes; its table is `search_lexemes` in both databases."""

    def create(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Make the empty index, in a migration."""

    def add(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Take in keys with their lexemes; the keys are new."""

    def remove(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Forget keys; the lexemes are those that were added with them."""

    def clear(self) -> None:
        """Forget everything."""

    def match(self, expression: Expression, *, limit: int) -> list[int]:
        """Give the greatest `limit` keys for which the expression holds, greatest first."""
