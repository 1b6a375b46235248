"""`tiengmo places ...`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import datetime as dt

    from .actions import CarryOverReport

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


def _day(_ctx: click.Context, _param: click.Parameter, value: str) -> dt.date:
    """A date, as ISO or as people write it."""
    from .loading.values import BadValue, day

    try:
        found = day(value.strip(), "ngày")
    except BadValue as error:
        raise click.BadParameter(str(error)) from error
    if found is None:
        raise click.BadParameter("thiếu ngày")
    return found


@group.command(name="carry-over")
@click.option(
    "--on", metavar="YYYY-MM-DD", callback=_day, required=True, help="Ngày sáp nhập. / The date."
)
@click.option("--dry-run", is_flag=True, help="Chỉ xem, không đổi gì. / Change nothing.")
@click.option(
    "--villages",
    type=_FILE,
    help="CSV village_code,unit_code cho đơn vị bị chia. / For divided units.",
)
def carry_over(on: dt.date, dry_run: bool, villages: Path | None) -> None:
    """Sáp nhập đơn vị vào một ngày đã có kế hoạch. / Merge units on a planned date."""
    from tiengmo.audit import SYSTEM

    from .actions import carry_over as carry
    from .errors import CannotCarryOver, PlacesError
    from .loading.homes import read_homes

    try:
        homes = read_homes(villages) if villages else {}
        report = carry(on, by=SYSTEM, is_dry_run=dry_run, homes=homes)
    except CannotCarryOver as error:
        for reason in error.reasons:
            click.echo(f"✗ {reason}", err=True)
        click.echo("Chưa thay đổi gì.", err=True)
        sys.exit(1)
    except PlacesError as error:
        click.echo(f"✗ {error}", err=True)
        sys.exit(1)
    _print(report, is_dry_run=dry_run)


def _print(report: CarryOverReport, *, is_dry_run: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    day = f"{report.on:%d/%m/%Y}"
    if report.was_done_before:
        click.echo(f"✓ Đã sáp nhập ngày {day} từ trước; không có gì thay đổi.")
        return
    table = Table(title=f"Sáp nhập ngày {day}" + (" (xem thử)" if is_dry_run else ""))
    for heading in ("Đơn vị cũ", "Đơn vị kế tiếp"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Thôn", "Hộ"):
        table.add_column(heading, justify="right")
    for move in report.moves:
        table.add_row(
            f"{move.predecessor.code} {move.predecessor.name}",
            f"{move.successor.code} {move.successor.name}",
            str(len(move.villages)) if move.villages else "–",
            str(move.households) if move.villages else "–",
        )
    Console().print(table)
    verdict = "Chưa thay đổi gì (xem thử)." if is_dry_run else "Đã sáp nhập."
    click.echo(
        f"✓ {verdict} Số hộ trước: {report.households_before}, sau: {report.households_after}."
    )
