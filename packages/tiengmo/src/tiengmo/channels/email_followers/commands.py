"""`tiengmo followers`: what an administrator or a mail server does about letters."""

from __future__ import annotations

from typing import BinaryIO

import click


@click.group("followers")
def group() -> None:
    """Người theo dõi tin qua thư. / Those who follow by e-mail."""


@group.command("bounced")
@click.argument("report", type=click.File("rb"), default="-")
def bounced(report: BinaryIO) -> None:
    """Đọc một thư báo không gửi được. / Read one delivery report, as a mail server pipes it."""
    from tiengmo.channels.email_followers.bounces import read_bounce

    click.echo(f"{read_bounce(report.read())} người theo dõi đã được xoá.")


@group.command("state")
def state() -> None:
    """Số người theo dõi và thư. / How many follow, and what became of the letters."""
    from tiengmo.channels.email_followers import queries

    for name, count in queries.figures().items():
        click.echo(f"{count:>8}  {name}")
