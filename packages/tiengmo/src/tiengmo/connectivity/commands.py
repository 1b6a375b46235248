"""`tiengmo connectivity ...`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="connectivity")
def group() -> None:
    """Hạ tầng kết nối: trạm, cáp quang, vùng lõm, đường truyền. / Masts, fibre, dead zones."""


@group.command()
@click.argument("kind", type=click.Choice(["tram", "thon", "vung-lom", "duong-truyen", "phan-mem"]))
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Chỉ xem, không đổi gì. / Change nothing.")
def load(kind: str, file: Path, dry_run: bool) -> None:
    """Nạp một bảng CSV; sai một dòng thì không nạp gì. / Load a table, all or nothing."""
    from tiengmo.audit import SYSTEM

    from .actions import load_table
    from .errors import BadTable, ConnectivityError
    from .tables import kind_of

    found = kind_of(kind)
    if found is None:  # click has judged it
        raise click.BadParameter(kind)
    try:
        report = load_table(found, file.read_bytes(), file.name, by=SYSTEM, is_dry_run=dry_run)
    except BadTable as error:
        for problem in error.problems:
            click.echo(f"✗ {problem}", err=True)
        click.echo("Chưa nạp gì.", err=True)
        sys.exit(1)
    except ConnectivityError as error:
        click.echo(f"✗ {error}", err=True)
        sys.exit(1)
    for note in report.notes:
        click.echo(f"  · {note}")
    verdict = "Xem thử, chưa đổi gì" if dry_run else "Đã nạp"
    kept = report.kept
    click.echo(
        f"✓ {verdict}: {report.rows} dòng; {kept.new} số liệu mới, {kept.corrected} sửa,"
        f" {kept.same} giữ nguyên."
    )
