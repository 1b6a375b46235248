"""`tiengmo portal …`: care of what the public sees."""

from __future__ import annotations

import click


@click.group()
def group() -> None:
    """Cổng thông tin. / The public portal."""


@group.command()
def refreeze() -> None:
    """Dựng lại các trang đã phát hành theo mẫu mới, không đổi chữ nào. / Render pages anew."""
    from tiengmo.portal.actions import refreeze_pages

    done = refreeze_pages()
    click.echo(f"✓ Đã dựng lại {done.rendered} trang, {done.unchanged} trang vẫn như cũ.")
    for slug in done.refused:
        click.echo(f"✗ {slug}: chữ sẽ đổi nên giữ nguyên trang cũ.", err=True)
    if done.refused:
        raise SystemExit(1)
