"""Which processes the demo runs, and whether they are up."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tiengmo.config.demo.supervisor import Supervisor

PORTS = {
    "TIENGMO_WEB_PORT": 8000,
    "TIENGMO_GATEWAY_PORT": 8001,
    "TIENGMO_STUDIO_PORT": 8002,
    "TIENGMO_STUDIO_SOURCE_PORT": 8003,
    "TIENGMO_LISTENING_PORT": 8004,
    "TIENGMO_BROKER_PORT": 18830,
}


def choose_ports() -> None:
    """Put free ports into the environment: the usual ones where nobody else has them."""
    for name, usual in PORTS.items():
        if name not in os.environ:
            os.environ[name] = str(usual if _is_free(usual) else _any_free())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_web(supervisor: Supervisor) -> None:
    """Start the pages alone: a person waits for them, and all at once delay each other."""
    supervisor.start("broker", "broker")
    supervisor.start("web", "web", "--port", os.environ["TIENGMO_WEB_PORT"])


def start_rest(supervisor: Supervisor, home: Path) -> None:
    """Start gateway, playout, worker, loudspeakers and the listening, in that order."""
    supervisor.start("gateway", "gateway")
    supervisor.start("playout", "playout")
    supervisor.start("worker", "worker")
    supervisor.start("boxes", "demo-boxes", str(home / "boxes"))
    supervisor.start("listening", "listening")


def wait_until_serving(url: str, *, supervisor: Supervisor, seconds: float) -> None:
    """Wait for a first good answer. Raises RuntimeError with what to look at."""
    _wait(lambda: _answers(url), what="trang web", supervisor=supervisor, seconds=seconds)


def wait_until_connected(wanted: int, *, supervisor: Supervisor, seconds: float) -> int:
    """Wait until the boxes are on line and give how many are; fewer than wanted is no error."""
    from tiengmo.speakers.models import Box

    deadline, online, best_at = time.monotonic() + seconds, 0, time.monotonic()
    while time.monotonic() < deadline:
        supervisor.look()
        now_online = Box.objects.filter(is_online=True, retired_at=None).count()
        if now_online > online:
            online, best_at = now_online, time.monotonic()
        # All of them, or no more are coming.
        if online >= wanted or (online and time.monotonic() - best_at > 12):  # noqa: PLR2004
            break
        time.sleep(0.3)
    return online


def _wait(
    is_ready: Callable[[], bool], *, what: str, supervisor: Supervisor, seconds: float
) -> None:
    deadline = time.monotonic() + seconds
    while not is_ready():
        supervisor.look()
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} chưa chạy được; xem nhật ký trong {supervisor.log_folder}.")
        time.sleep(0.15)


def _answers(url: str) -> bool:
    with (
        contextlib.suppress(urllib.error.URLError, OSError),
        urllib.request.urlopen(url, timeout=5) as response,  # noqa: S310 (our own address)
    ):
        return bool(response.status == 200)  # noqa: PLR2004
    return False
