from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as FlushCommand
from django.db import connections

from tiengmo.audit import guards


class Command(FlushCommand):
    """Emptying the database would empty the audit log: only the tests' own database may be."""

    def handle(self, **options: Any) -> None:
        if not getattr(settings, "AUDIT_MAY_BE_FLUSHED", False):
            raise CommandError("Nhật ký kiểm toán chỉ được ghi thêm: không thể xoá trắng dữ liệu.")
        connection = connections[options["database"]]
        guards.lift(connection)
        try:
            super().handle(**options)
        finally:
            guards.install(connection)
