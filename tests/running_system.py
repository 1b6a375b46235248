"""The whole system as a newcomer starts it, in a home of its own, with some loudspeakers."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import wave
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from prepared_home import copy_prepared_home

ROOT = Path(__file__).resolve().parents[1]
WAV_HEADER_BYTES = 44


def recorded(path: Path) -> tuple[np.ndarray, int]:
    """Everything a box wrote so far, and its rate.

    The header is renewed every ten seconds; the file itself goes on behind it.
    """
    with wave.open(str(path)) as file:
        rate = file.getframerate()
    content = path.read_bytes()[WAV_HEADER_BYTES:]
    return np.frombuffer(content[: len(content) // 2 * 2], np.int16), rate


@dataclass
class System:
    """One running demo, seen from outside: processes, files and the database."""

    home: Path
    environment: dict[str, str]
    # What runs it, where this process started it.
    options: tuple[str, ...] = ()
    demo: subprocess.Popen | None = None

    @property
    def screen(self) -> Path:
        return self.home / "screen.log"

    def start(self, until: str) -> None:
        """Start it, and wait until it says this."""
        with self.screen.open("w") as screen:
            self.demo = subprocess.Popen(
                self.command("demo", *self.options),
                env=self.environment,
                stdout=screen,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 600
        while until not in self.screen.read_text():
            assert self.demo.poll() is None, self.screen.read_text()
            assert time.monotonic() < deadline, self.screen.read_text()
            time.sleep(0.5)

    @property
    def url(self) -> str:
        lines = (self.home / "ports").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)["TIENGMO_PUBLIC_URL"]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tiengmo.config.cli", *arguments]

    def once(self, text: Path, *options: str) -> subprocess.Popen:
        return subprocess.Popen(
            self.command("demo", "--once", str(text), *options),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.home / "tiengmo.sqlite3", timeout=30)) as database:
            return database.execute(sql, values).fetchall()

    def wait_for(self, sql: str, *values: object, seconds: float = 150) -> list[tuple]:
        deadline = time.monotonic() + seconds
        while True:
            rows = self.rows(sql, *values)
            if rows and rows[0][0]:
                return rows
            assert time.monotonic() < deadline, f"never came: {sql}"
            time.sleep(0.1)

    def last_words(self, lines: int = 12) -> str:
        """The end of every process's log, for a test that fails."""
        found = []
        for path in sorted((self.home / "log").glob("*.log")):
            words = path.read_text(errors="replace").splitlines()[-lines:]
            found.append("\n".join([f"== {path.stem}", *words]))
        return "\n".join(found)

    def kill(self, name: str) -> None:
        """kill -9 one process of the running demo; its supervisor starts it again."""
        wanted = ["-m", "tiengmo.config.cli", name]
        if name == "web":
            wanted = ["-m", "granian"]
        victims = []
        for process in psutil.process_iter(["cmdline", "environ"]):
            line, environ = process.info["cmdline"] or [], process.info["environ"] or {}
            if environ.get("TIENGMO_HOME") != str(self.home):
                continue
            if name == "broker":
                if any("mosquitto" in part for part in line[:1]):
                    victims.append(process)
            elif " ".join(wanted) in " ".join(line):
                victims.append(process)
        assert victims, f"no {name} is running"
        for process in victims:
            process.send_signal(signal.SIGKILL)

    def reports(self, release_title: str) -> list[tuple]:
        return self.rows(
            "SELECT p.box_id, p.outcome, p.samples_played, p.samples_total FROM speakers_playreport p"
            " JOIN broadcasting_playoutitem i ON replace(i.id, '-', '') = replace(p.item_id, '-', '')"
            " WHERE i.title LIKE ?",
            f"{release_title}%",
        )

    def recordings(self) -> dict[str, Path]:
        """The newest recording of each box that ran, by serial."""
        found = {}
        for state in (self.home / "boxes").glob("BX*"):
            if files := sorted((state / "heard").glob("heard-*.wav")):
                found[json.loads((state / "config.json").read_text())["serial"]] = files[-1]
        return found


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIENGMO_", "DATABASE_URL", "DJANGO_"))
    }
    return kept | {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_PLAYOUT_LEAD_SECONDS": "5",
        # A test's bulletin must go out at once also between five and six in the evening.
        "TIENGMO_DEMO_WEEK": "0",
        # Two systems that start in the same second must not both find port 8000 free.
        "TIENGMO_WEB_PORT": _free_port(),
        "TIENGMO_GATEWAY_PORT": _free_port(),
        "TIENGMO_STUDIO_PORT": _free_port(),
        "TIENGMO_STUDIO_SOURCE_PORT": _free_port(),
        "TIENGMO_LISTENING_PORT": _free_port(),
        "TIENGMO_BROKER_PORT": _free_port(),
        "PYTHONUNBUFFERED": "1",
    }


_running: list[System] = []


def start_what_died() -> None:
    """Before a test's second try: a system that is no longer there would fail it again."""
    for system in _running:
        if system.demo is not None and system.demo.poll() is not None:
            system.start(until="Ctrl-C để dừng")


@contextmanager
def running_system(home: Path, *, boxes: int, output: str):
    """A running demo whose first bulletin is on the air and whose boxes are on line."""
    options = ("--boxes", str(boxes), "--output", output)
    system = System(home, _environment(home), options)
    copy_prepared_home(home)
    try:
        system.start(until="bản tin đã gỡ (dựng thử) đã có")
        system.wait_for(
            "SELECT count(*) >= ? FROM speakers_box WHERE is_online = 1", boxes, seconds=300
        )
        _running.append(system)
        yield system
    finally:
        if system in _running:
            _running.remove(system)
        if system.demo is not None:
            system.demo.send_signal(signal.SIGINT)
            system.demo.wait(150)
    left = [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get("TIENGMO_HOME") == str(home)
    ]
    assert not left, f"Ctrl-C left {left}"
