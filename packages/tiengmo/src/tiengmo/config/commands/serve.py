"""The long-running processes that are not the gateway's, and Django's own commands."""

from __future__ import annotations

import os
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Số tiến trình. / Processes.")
def web(host: str, port: int, workers: int) -> None:
    """Chạy trang web và giao diện cán bộ. / Serve pages and the staff interface."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiengmo.config.settings")
    arguments = [
        sys.executable, "-m", "granian", "tiengmo.config.wsgi:application",
        "--interface", "wsgi",
        "--host", host,
        "--port", str(port),
        "--workers", str(workers),
        # One bulletin's upload or a slow page must not hold the others of its process up.
        "--blocking-threads", "3",
        "--backpressure", "64",
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout", "4",
        "--log-level", "warning",
    ]  # fmt: skip
    os.execv(sys.executable, arguments)  # noqa: S606 (our own interpreter, our own arguments)


@click.command()
@click.option("--quick", default=2, show_default=True, help="Luồng việc nhanh. / Quick threads.")
@click.option("--slow", default=1, show_default=True, help="Luồng việc chậm. / Slow threads.")
def worker(quick: int, slow: int) -> None:
    """Chạy các việc nền. / Run what waits in the outbox: releases, speech, channels."""
    from tiengmo.outbox.worker import Worker

    Worker(quick_threads=quick, slow_threads=slow).run()


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Lệnh của Django (migrate, shell, …). / Any Django command."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tiengmo django", *arguments])
