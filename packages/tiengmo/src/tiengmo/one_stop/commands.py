"""`tiengmo one-stop ...`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

_SHOWN = 200


@click.group(name="one-stop")
def group() -> None:
    """Một cửa: danh mục thủ tục hành chính. / The catalogue of procedures."""


@group.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "code", metavar="CODE", help="Mã đơn vị quản lý. / Unit in charge.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi. / Check, write nothing.")
def import_(file: Path, code: str | None, dry_run: bool) -> None:
    """Nạp danh mục CSV; sai một dòng thì không nạp gì. / Take over a catalogue, all or nothing."""
    from tiengmo.audit import SYSTEM

    from .actions import import_catalogue
    from .catalogue.reading import read_catalogue
    from .errors import BadCatalogue

    unit = _unit(code)
    try:
        rows = read_catalogue(file.read_bytes(), folder=file.parent)
    except BadCatalogue as error:
        for problem in error.problems[:_SHOWN]:
            click.echo(f"✗ {problem}", err=True)
        click.echo(f"Có {len(error.problems)} lỗi; chưa nạp gì.", err=True)
        sys.exit(1)
    if dry_run:
        click.echo(f"✓ {len(rows)} thủ tục đọc được; chưa nạp gì (kiểm tra).")
        return
    report = import_catalogue(rows, unit=unit, by=SYSTEM)
    for kind, codes in (("mới", report.created), ("bản mới", report.renewed)):
        for one in codes[:_SHOWN]:
            click.echo(f"  + {kind}: {one}")
    click.echo(
        f"✓ Thủ tục: {len(report.created)} mới, {len(report.renewed)} có bản mới,"
        f" {report.unchanged} giữ nguyên."
    )


def _unit(code: str | None) -> Unit:
    from tiengmo.places.queries import top_units, unit_by_code

    if code is not None:
        unit = unit_by_code(code)
        if unit is None:
            raise click.ClickException(f"Không có đơn vị nào mang mã {code}.")
        return unit
    tops = top_units()
    if len(tops) != 1:
        raise click.ClickException("Hãy nêu đơn vị quản lý bằng --unit.")
    return tops[0]
