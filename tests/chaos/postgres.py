"""A PostgreSQL server of its own, to be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


def programs() -> Path | None:
    """Where Debian keeps the newest server's programs, if it is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: p.parts[4])
    return found[-1].parent if found else None


@dataclass
class Postgres:
    """A server in `folder`, listening on loopback only."""

    folder: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"postgres://tiengmo@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """As `.ci/postgresql` does (the server refuses to run as root), unless it is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            subprocess.run(["chown", "postgres", str(self.folder)], check=True)
        options = ["-A", "trust", "-U", "tiengmo", "-E", "UTF8", "--locale=C.UTF-8"]
        if not (self.folder / "data").exists():
            self._run("initdb", "-D", str(self.folder / "data"), *options)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        assert self.start(30), (self.folder / "log").read_text()

    def start(self, seconds: float) -> bool:
        """Start and recover; a server killed a moment ago may have left children behind."""
        deadline = time.monotonic() + seconds
        options = f"-p {self.port} -c listen_addresses=127.0.0.1"
        options += f" -c unix_socket_directories={self.folder}"
        while time.monotonic() < deadline:
            done = self._run(
                "pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"),
                "-w", "-t", "30", "-o", options, "start", check=False,
            )  # fmt: skip
            if done.returncode == 0:
                return True
            time.sleep(0.2)
        return False

    def kill(self) -> int:
        """kill -9 the server's first process, and give its id."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        psutil.Process(pid).send_signal(signal.SIGKILL)
        return pid

    def answers(self) -> bool:
        done = self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False)
        return done.returncode == 0

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop", check=False)

    def _run(
        self, program: str, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess:
        folder = programs()
        assert folder is not None, "PostgreSQL is not installed"
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        return subprocess.run(
            [*as_user, str(folder / program), *arguments],
            check=check,
            cwd="/",
            stdin=subprocess.DEVNULL,
            # The server keeps what it is given: with a pipe we would wait for its end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
