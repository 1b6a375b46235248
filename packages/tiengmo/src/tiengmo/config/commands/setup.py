"""Everything an installation needs before it serves: database, catalogues, static files."""

from __future__ import annotations

import hashlib
import io
from contextlib import redirect_stdout
from importlib.metadata import distributions
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


def set_up() -> None:
    """Bring this installation up to date; safe to run again."""
    from django.core.management import call_command

    from tiengmo.foundation import catalogues
    from tiengmo.search.actions import rebuild_if_empty

    catalogues.compile_all()
    with redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
    rebuild_if_empty()  # an installation from before there was a search


def set_up_if_changed(stamp: Path) -> None:
    """Set up, unless the same code has already set up this home: then it takes no time."""
    from django.conf import settings

    wanted = _fingerprint()
    database = settings.DATABASES["default"]
    is_sqlite = str(database["ENGINE"]).endswith("sqlite3")
    is_there = (not is_sqlite) or settings.HOME.joinpath("tiengmo.sqlite3").exists()
    if is_there and stamp.exists() and stamp.read_text() == wanted:
        return
    set_up()
    stamp.write_text(wanted)


def _fingerprint() -> str:
    """Hash what set-up depends on: this package's files and the versions of the others."""
    from django.conf import settings

    digest = hashlib.sha256()
    for path in sorted(settings.PACKAGE.rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".mo"):
            stat = path.stat()
            digest.update(f"{path} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    for name in sorted(f"{d.metadata['Name']} {d.version}" for d in distributions()):
        digest.update(name.encode())
    digest.update(str(settings.DATABASES["default"].get("HOST", "")).encode())
    return digest.hexdigest()


@click.command()
def setup() -> None:
    """Chuẩn bị hoặc nâng cấp cài đặt này. / Prepare or upgrade this installation."""
    set_up()
    click.echo("✓ Cơ sở dữ liệu, bản dịch và tệp tĩnh đã sẵn sàng.")
