"""The database's own full-text index, behind one interface: the same lexemes in both.

An engine stores lexemes that we made (`reading.lexemes`) and answers boolean expressions over
them, newest first. It neither splits, folds, stems nor ranks: all that is ours, and therefore the
same on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from django.db import connection

from . import postgresql, sqlite
from .expressions import Each, Either, Expression
from .interface import Engine

_ENGINES: dict[str, Engine] = {"sqlite": sqlite.Fts5(), "postgresql": postgresql.Tsvector()}


def engine() -> Engine:
    """Give the engine of the database in use."""
    return engine_of(connection.vendor)


def engine_of(vendor: str) -> Engine:
    return _ENGINES[vendor]


__all__ = ["Each", "Either", "Engine", "Expression", "engine", "engine_of"]
