"""`tiengmo places ...`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 40


@click.group(name="places")
def group() -> None:
    """Địa bàn: đơn vị hành chính và thôn. / Units and villages."""


@group.command()
@click.option("--units", type=_FILE, required=True, help="CSV đơn vị hành chính. / Units.")
@click.option("--villages", type=_FILE, required=True, help="CSV thôn, bản. / Villages.")
@click.option("--geometry", type=_FILE, help="GeoJSON ranh giới (WGS 84). / Outlines.")
def load(units: Path, villages: Path, geometry: Path | None) -> None:
    """Nạp địa bàn; sai một dòng thì không nạp gì. / Load a locality, all or nothing."""
    from tiengmo.audit import SYSTEM

    from .actions import load_locality
    from .errors import BadLocality

    try:
        report = load_locality(units, villages, geometry, by=SYSTEM)
    except BadLocality as error:
        for problem in error.problems:
            click.echo(f"✗ {problem}", err=True)
        click.echo(f"Có {len(error.problems)} lỗi; chưa nạp gì.", err=True)
        sys.exit(1)
    for note in report.notes[:_SHOWN]:
        click.echo(f"  · {note}")
    for change in report.changes[:_SHOWN]:
        click.echo(f"  ~ {change}")
    for name, rows in (("lưu ý", report.notes), ("thay đổi", report.changes)):
        if len(rows) > _SHOWN:
            click.echo(f"  … và {len(rows) - _SHOWN} {name} nữa")
    click.echo(
        f"✓ Đơn vị: {report.units_created} mới, {report.units_updated} sửa,"
        f" {report.units_unchanged} giữ nguyên. Thôn: {report.villages_created} mới,"
        f" {report.villages_updated} sửa, {report.villages_unchanged} giữ nguyên."
        f" Toàn địa bàn: {report.households} hộ."
    )
