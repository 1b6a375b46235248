"""`tiengmo backup` and `tiengmo restore`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tiengmo.config.backup import BackupError, Installation, back_up
from tiengmo.config.backup import restore as put_back

PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp chứa mật khẩu sao lưu; không có thì hỏi. / File with the passphrase.",
)


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    if value := os.environ.get("TIENGMO_BACKUP_PASSPHRASE"):
        return value
    answer: str = click.prompt("Mật khẩu sao lưu", hide_input=True, confirmation_prompt=confirm)
    return answer


def _installation() -> Installation:
    # Not through Django's settings: they would make keys on the empty machine.
    root = Path(os.environ.get("TIENGMO_ROOT", Path(__file__).resolve().parents[6]))
    home = Path(os.environ.get("TIENGMO_HOME", root / "var"))
    keys = Path(os.environ.get("TIENGMO_KEYS", home / "keys"))
    return Installation(home, keys, os.environ.get("DATABASE_URL", ""))


@click.command()
@click.argument("destination", type=click.Path(file_okay=False, path_type=Path))
@PASSPHRASE
def backup(destination: Path, passphrase_file: Path | None) -> None:
    """Sao lưu dữ liệu, tệp và khoá, đều mã hoá. / Back up everything, encrypted."""
    try:
        folder = back_up(_installation(), destination, _passphrase(passphrase_file, confirm=True))
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    size = sum(path.stat().st_size for path in folder.iterdir())
    click.echo(f"✓ Đã sao lưu vào {folder} ({size / 1e6:.1f} MB).")
    click.echo(f"  Khoá ở tệp riêng {folder}.keys.age: hãy cất ở nơi khác.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Tệp khoá; mặc định cạnh bản sao lưu. / The keys file; default beside the backup.",
)
@PASSPHRASE
def restore(folder: Path, keys: Path | None, passphrase_file: Path | None) -> None:
    """Khôi phục vào một máy trống. / Restore on an empty machine."""
    keys = keys or folder.with_name(f"{folder.name}.keys.age")
    try:
        put_back(_installation(), folder, keys, _passphrase(passphrase_file, confirm=False))
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo("✓ Đã khôi phục. Hãy chạy `bin/tiengmo setup` rồi khởi động hệ thống.")
