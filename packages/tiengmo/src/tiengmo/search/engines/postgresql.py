"""PostgreSQL: a narrow table of tsvectors made of our lexemes; no parser, no extension needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from .expressions import written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from .expressions import Expression


class Tsvector:
    def create(self, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(
            "CREATE TABLE search_lexemes (id bigint PRIMARY KEY, lexemes tsvector NOT NULL)"
        )
        # Out of the row and packed: a scan over what matched then reads keys only.
        editor.execute(
            "ALTER TABLE search_lexemes ALTER lexemes SET STORAGE EXTENDED,"
            " ALTER lexemes SET STATISTICS 0, SET (toast_tuple_target = 128)"
        )
        editor.execute("CREATE INDEX search_lexemes_gin ON search_lexemes USING gin (lexemes)")

    def add(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_lexemes (id, lexemes) VALUES (%s, array_to_tsvector(%s))",
                [(key, list(lexemes)) for key, lexemes in rows],
            )

    def remove(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM search_lexemes WHERE id = ANY(%s)", [[key for key, _lexemes in rows]]
            )

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_lexemes")

    def match(self, expression: Expression, *, limit: int) -> list[int]:
        text = written(expression, " & ", " | ", "'")
        with connection.cursor() as cursor:
            # "+ 0": the planner must not walk the keys, unpacking every vector on its way.
            cursor.execute(
                "SELECT id FROM search_lexemes WHERE lexemes @@ %s::tsquery"
                " ORDER BY id + 0 DESC LIMIT %s",
                [text, limit],
            )
            return [key for (key,) in cursor.fetchall()]
