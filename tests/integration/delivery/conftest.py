"""The application, its worker and a real nginx before them, in a home of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from migrated_database import migrated_database

ROOT = Path(__file__).resolve().parents[3]
PRELUDE = "import django; django.setup(); "


@dataclass
class Town:
    """What runs, and how to act on it as its staff do."""

    home: Path
    environment: dict[str, str]
    ports: dict[str, int]
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['nginx']}"

    def get(self, path: str, *, source: str = "127.0.0.1", **headers: str) -> httpx.Response:
        """Ask nginx as a reader at this address."""
        line = httpx.HTTPTransport(local_address=source)
        with httpx.Client(transport=line, timeout=90, trust_env=False) as client:
            return client.get(f"{self.url}{path}", headers=headers)

    def wait_for(
        self, path: str, *, status: int = 200, text: str = "", seconds: float = 90
    ) -> float:
        """Ask nginx until it answers so; give the seconds it took."""
        began = time.monotonic()
        while True:
            with suppress(httpx.TransportError):
                answer = self.get(path)
                if answer.status_code == status and text in answer.text:
                    return time.monotonic() - began
            assert time.monotonic() - began < seconds, f"{path}: {answer.status_code}"
            time.sleep(0.1)

    def act(self, code: str) -> str:
        """Run a few lines in a process of their own, as any other process of ours would."""
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + code],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tiengmo.config.cli", *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )

    def start(self, name: str, *arguments: str) -> None:
        log = (self.home / f"{name}.log").open("w")
        self.running[name] = subprocess.Popen(
            arguments, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )

    def start_web(self) -> None:
        command = (sys.executable, "-m", "tiengmo.config.cli", "web", f"--port={self.ports['web']}")
        self.start("web", *command)

    def wait_for_web(self, seconds: float = 120) -> None:
        """Ask the application itself: nginx answers from its copies also without it."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(httpx.TransportError):
                url = f"http://127.0.0.1:{self.ports['web']}/robots.txt"
                if httpx.get(url, trust_env=False).status_code == httpx.codes.OK:
                    return
            assert time.monotonic() < deadline, "web never answered"
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """kill -9, the process and all that it started."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # Its workers hold the port until they too are gone.
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    home = tmp_path_factory.mktemp("town")
    shutil.copy(migrated_database(), home / "tiengmo.sqlite3")
    ports = {name: _free_port() for name in ("nginx", "purge", "web", "listening")}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIENGMO_", "DATABASE_URL", "DJANGO_"))
    }
    town = Town(
        home,
        kept
        | {
            "TIENGMO_HOME": str(home),
            "TIENGMO_ROOT": str(ROOT),
            "TIENGMO_PUBLIC_URL": f"http://127.0.0.1:{ports['nginx']}",
            "TIENGMO_PROXIES": "1",
            "TIENGMO_NGINX": f"http://127.0.0.1:{ports['purge']}",
            "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        },
        ports,
    )
    town.command("django", "collectstatic", "--no-input")
    # What an administrator adds: an address of the old site that is gone, one that is nobody's.
    own = home / "nginx" / "rieng"
    own.mkdir(parents=True)
    (own / "trang-cu.conf").write_text(
        "location = /cu/ { return 410; }\nlocation = /rieng/ { deny all; }\n"
    )
    configuration = town.command(
        "nginx-config",
        "--whole",
        f"--listen=127.0.0.1:{ports['nginx']}",
        f"--purge-listen=127.0.0.1:{ports['purge']}",
        f"--upstream=127.0.0.1:{ports['web']}",
        f"--listening=127.0.0.1:{ports['listening']}",
    ).stdout
    (home / "nginx.conf").write_text(configuration)
    # Started by root it would serve as another user, who may not read a test's folder.
    start = ("-g", "daemon off; user root;" if os.geteuid() == 0 else "daemon off;")
    town.start("nginx", nginx, "-c", str(home / "nginx.conf"), *start)
    town.start_web()
    town.start("worker", sys.executable, "-m", "tiengmo.config.cli", "worker")
    try:
        town.wait_for("/robots.txt", seconds=120)
        yield town
    finally:
        for name in list(town.running):
            town.kill(name)
