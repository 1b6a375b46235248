"""New rows made by the database from rows it has: none of them passes through Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections, models, router
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Expression
    from django.db.models.sql.compiler import SQLCompiler


class NewUUID(models.Func):
    """A random UUID for each row, as Django stores one on this database."""

    template = "gen_random_uuid()"
    output_field = models.UUIDField()
    arity = 0

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **extra)


def insert_from(
    rows: models.QuerySet[Any], into: type[models.Model], **columns: Expression | Any
) -> int:
    """Insert a row for each of `rows`, unless a constraint says that it is there; give how many.

    rows: a query with some condition: SQLite takes "ON CONFLICT" after a bare table for a join's.

    columns: expressions over `rows`, or one value for all; what is not named has its default,
    which must not differ from row to row (a UUID as primary key may). No signals are sent.
    """
    connection = connections[router.db_for_write(into)]
    fields, asked = [], {}
    for field in into._meta.concrete_fields:
        if field.name in columns:
            value = columns[field.name]
        elif isinstance(field, models.AutoField):
            continue
        elif field.primary_key:
            value = NewUUID()
        elif getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            value = timezone.now()
        else:
            value = field.get_default()
        if not hasattr(value, "resolve_expression"):
            kind = field.target_field if isinstance(field, models.ForeignKey) else field
            value = models.Value(value, output_field=kind)
        fields.append(field)
        asked[f"new_{field.name}"] = value
    rows = rows.order_by().annotate(**asked).values_list(*asked)
    select, parameters = rows.query.get_compiler(connection=connection).as_sql()
    quote = connection.ops.quote_name
    into_columns = ", ".join(quote(str(field.column)) for field in fields)
    statement = (
        f"INSERT INTO {quote(into._meta.db_table)} ({into_columns}) {select} ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
