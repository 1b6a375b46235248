"""SQLite: an FTS5 table that keeps no text, only which lexeme stands under which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from .expressions import written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from .expressions import Expression


class Fts5:
    def create(self, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(
            "CREATE VIRTUAL TABLE search_lexemes USING fts5(lexemes, content='', detail=none,"
            " columnsize=0, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_^@'\")"
        )

    def add(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_lexemes (rowid, lexemes) VALUES (%s, %s)",
                [(key, " ".join(lexemes)) for key, lexemes in rows],
            )

    def remove(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        # A table without text must be told what it forgets; contentless_delete needs 3.43.
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_lexemes (search_lexemes, rowid, lexemes)"
                " VALUES ('delete', %s, %s)",
                [(key, " ".join(lexemes)) for key, lexemes in rows],
            )

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_lexemes (search_lexemes) VALUES ('delete-all')")

    def match(self, expression: Expression, *, limit: int) -> list[int]:
        text = written(expression, " AND ", " OR ", '"')
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rowid FROM search_lexemes WHERE search_lexemes MATCH %s"
                " ORDER BY rowid DESC LIMIT %s",
                [text, limit],
            )
            return [key for (key,) in cursor.fetchall()]
