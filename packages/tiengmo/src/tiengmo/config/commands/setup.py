"""Everything an installation needs before it serves: database, catalogues, static files, keys."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import click


def set_up() -> None:
    """Bring this installation up to date; safe and quick to run again."""
    from importlib.util import find_spec

    from django.core.management import call_command

    if find_spec("tiengmo.foundation.catalogues"):
        from tiengmo.foundation import catalogues

        catalogues.compile_all()
    with redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)


@click.command()
def setup() -> None:
    """Chuẩn bị hoặc nâng cấp cài đặt này. / Prepare or upgrade this installation."""
    set_up()
    click.echo("✓ Cơ sở dữ liệu, bản dịch và tệp tĩnh đã sẵn sàng.")
