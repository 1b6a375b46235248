"""Queries whose SQL is written once: composing it costs more than SQLite needs to answer it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


class Prepared:
    """A `values_list` query, composed by Django at its first use in each process.

    `build` gives the query with `ARGUMENT` where each call's argument belongs. Rows come as the
    database gives them: take only columns that need no conversion (texts, numbers, JSON as text).
    """

    ARGUMENT = "\uf8ff"  # private use: no query of ours means it

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build
        self.composed: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, *arguments: str) -> list[tuple[Any, ...]]:
        """Run it. As many arguments as `build` has placed."""
        found = self.composed.get(connection.vendor)
        if found is None:
            sql, parameters = self.build().query.sql_with_params()
            found = self.composed[connection.vendor] = (sql, tuple(parameters))
        sql, parameters = found
        given = iter(arguments)
        values = [next(given) if value == self.ARGUMENT else value for value in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def as_parameter(instant: datetime) -> str:
    """An instant as the database compares it: SQLite texts, PostgreSQL instants."""
    return str(connection.ops.adapt_datetimefield_value(instant))


def moment(value: Any) -> date | datetime:
    """A day or an instant as a cursor gives it, in local time: SQLite keeps instants in UTC."""
    if isinstance(value, str):
        value = (datetime if ":" in value else date).fromisoformat(value)
    if not isinstance(value, datetime):
        day: date = value
        return day
    return timezone.localtime(value if value.tzinfo else value.replace(tzinfo=UTC))
