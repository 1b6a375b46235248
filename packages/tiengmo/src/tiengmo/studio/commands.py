"""`tiengmo playout` and `tiengmo listening`."""

from __future__ import annotations

import click
from django.conf import settings


@click.command()
@click.option("--port", type=int, default=None, help="Cổng nhận micrô. / Port for microphones.")
@click.option(
    "--source-port", type=int, default=None, help="Cổng nhận bộ mã hoá. / Port for encoders."
)
def playout(port: int | None, source_port: int | None) -> None:
    """Chạy phòng phát: trực tiếp và tiếp âm. / Run live takeovers and relays."""
    if port is not None:
        settings.STUDIO_PORT = port
    if source_port is not None:
        settings.STUDIO_SOURCE_PORT = source_port
    from .playout import service

    service.run()


@click.command()
@click.option("--port", type=int, default=None, help="Cổng nghe trực tuyến. / Port for listeners.")
def listening(port: int | None) -> None:
    """Cho người dân nghe loa trực tuyến. / Let citizens hear what loudspeakers say now."""
    if port is not None:
        settings.LISTENING_PORT = port
    from .listening import service

    service.run()
