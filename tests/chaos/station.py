"""The whole system under test: started as a newcomer starts it, killed process by process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from .postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("WEB", "GATEWAY", "STUDIO", "STUDIO_SOURCE", "BROKER")
VICTIMS = ("web", "worker", "gateway", "playout", "broker", "database")
READY = {"worker": "worker: ready"}
RELEASED = "đầu tiên đã phát hành"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Station:
    """One running demo, seen from outside."""

    home: Path
    environment: dict[str, str]
    postgres: Postgres | None
    _ready_lines: dict[str, int] = field(default_factory=dict)

    def port(self, name: str) -> int:
        return int(self.environment[f"TIENGMO_{name}_PORT"])

    # Killing

    def kill(self, name: str) -> list[int]:
        """kill -9; who keeps it running (supervisor, service manager) starts it again."""
        if name in READY:
            self._ready_lines[name] = self._log(name).count(READY[name])
        if name == "database":
            return self._kill_database()
        victims = [p for p in self._processes() if self._is(p, name)]
        for process in victims:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        return [process.pid for process in victims]

    def _kill_database(self) -> list[int]:
        if self.postgres is not None:
            return [self.postgres.kill()]
        # SQLite is no process: its weakest moment is the death of whoever is writing.
        ours = {process.pid: process for process in self._processes()}
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            writer = ours.get(self._writer())
            if writer is not None:
                if self._is(writer, "worker"):
                    self.remember()
                with suppress(psutil.NoSuchProcess):
                    writer.send_signal(signal.SIGKILL)
                    return [writer.pid]
        return []

    def _writer(self) -> int:
        """Who holds SQLite's write lock (byte 120 of the -shm file), 0 for nobody."""
        node = (self.home / "tiengmo.sqlite3-shm").stat().st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1] == "POSIX" and words[3] == "WRITE":
                pid, place, first = int(words[4]), words[5], words[6]
                if place.endswith(f":{node}") and first == "120":
                    return pid
        return 0

    def _processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["environ", "name"]):
            environ = process.info["environ"] or {}
            is_ours = environ.get("TIENGMO_HOME") == str(self.home)
            # The database was started by us once more, and inherited what we know.
            if is_ours and process.pid != os.getpid() and process.info["name"] != "postgres":
                found.append(process)
        return found

    def count(self) -> int:
        """How many processes of this system there are: restarts must not pile them up."""
        return len(self._processes())

    def names(self) -> list[str]:
        """Their command lines, shortened, for whoever must find the one too many."""
        found = []
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                found.append(" ".join(process.cmdline()[1:5])[:60])
        return sorted(found)

    def _is(self, process: psutil.Process, name: str) -> bool:
        with suppress(psutil.NoSuchProcess):
            line = process.cmdline()
            if name == "broker":
                return bool(line) and "mosquitto" in line[0]
            if name == "web":
                return line[1:3] == ["-m", "granian"]
            return line[1:4] == ["-m", "tiengmo.config.cli", name]
        return False

    # Looking

    def is_open(self) -> bool:
        """Does everything serve, of this start and not of one before?"""
        return all(self.serves(name) for name in VICTIMS)

    def remember(self) -> None:
        """What the logs say already was said by processes before those that start now."""
        for name, line in READY.items():
            self._ready_lines[name] = self._log(name).count(line)

    def revive_database(self) -> None:
        """What the service manager does for a database server."""
        if self.postgres is not None:
            assert self.postgres.start(60), "the database did not come back"

    def serves(self, name: str) -> bool:
        """Does this process do its work (again)?"""
        match name:
            case "web":
                return self._answers(f"http://127.0.0.1:{self.port('WEB')}/robots.txt")
            case "gateway":
                return _listens(self.port("GATEWAY"))
            case "playout":
                return _listens(self.port("STUDIO"))
            case "broker":
                return _listens(self.port("BROKER"))
            case "database":
                if self.postgres is not None:
                    return self.postgres.answers()
                return all(self.serves(other) for other in VICTIMS if other != "database")
        return self._log(name).count(READY[name]) > self._ready_lines.get(name, 0)

    def _answers(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except (urllib.error.URLError, OSError):
            return False

    def _log(self, name: str) -> str:
        path = self.home / "log" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _environment(home: Path, database_url: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIENGMO_", "DATABASE_URL", "DJANGO_"))
    }
    ports = {f"TIENGMO_{name}_PORT": str(free_port()) for name in PORTS}
    return kept | ports | {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_PLAYOUT_LEAD_SECONDS": "5",
        "TIENGMO_DEMO": "1",
        "TIENGMO_DEMO_WEEK": "0",
        # The words said live come from a server of the test's own.
        "TIENGMO_STUDIO_SOURCES_HERE": "1",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        "PYTHONUNBUFFERED": "1",
    } | ({"DATABASE_URL": database_url} if database_url else {})  # fmt: skip


@contextmanager
def running_station(home: Path, *, boxes: int, postgres: Postgres | None):
    """A running demo that serves; ended in order, however the block ends."""
    home.mkdir(parents=True, exist_ok=True)
    station = Station(home, _environment(home, postgres.url if postgres else ""), postgres)
    station.remember()
    is_new = not (home / ".set-up").exists()
    screen = home / "screen.log"
    command = [sys.executable, "-m", "tiengmo.config.cli", "demo"]
    with screen.open("w") as log:
        demo = subprocess.Popen(
            [*command, "--boxes", str(boxes), "--output", "wav"],
            env=station.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + 400
            # The demo's own bulletins go out once, from the process that looks after the others.
            while not station.is_open() or (is_new and RELEASED not in screen.read_text()):
                assert demo.poll() is None, screen.read_text()
                assert time.monotonic() < deadline, screen.read_text()
                time.sleep(0.3)
            yield station
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
