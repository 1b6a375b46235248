"""Keeps the demo's processes running, as systemd does for a real installation.

A process that dies is started again; all of them end when this one does, however it ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG = 1
SETTLED_SECONDS = 10.0


@dataclass
class Process:
    name: str
    arguments: Sequence[str]
    popen: subprocess.Popen[bytes] | None = None
    log: IO[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    not_before: float = 0.0


@dataclass
class Supervisor:
    """Runs `tiengmo …` commands; their output goes to one file each in `log_folder`."""

    log_folder: Path
    tell: Callable[[str], None]
    processes: list[Process] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> Process:
        process = Process(name, arguments)
        self.processes.append(process)
        self._spawn(process)
        return process

    def _spawn(self, process: Process) -> None:
        self.log_folder.mkdir(parents=True, exist_ok=True)
        process.log = (self.log_folder / f"{process.name}.log").open("ab")
        process.popen = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "tiengmo.config.cli", *process.arguments],
            stdin=subprocess.DEVNULL,
            stdout=process.log,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C reaches the supervisor, which ends them in order.
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 (the parent has one thread)
        )
        process.started_at = time.monotonic()

    def look(self) -> None:
        """Start again what has died, waiting longer each time."""
        now = time.monotonic()
        for process in self.processes:
            if process.popen is None:
                if now >= process.not_before:
                    self._spawn(process)
                continue
            code = process.popen.poll()
            if code is None:
                continue
            if now - process.started_at > SETTLED_SECONDS:
                process.failures = 0
            process.failures += 1
            process.not_before = now + min(2.0 ** (process.failures - 1), 30.0)
            process.popen = None
            self.tell(
                f"{process.name} đã dừng (mã {code}), đang khởi động lại;"
                f" nhật ký: {self.log_folder / process.name}.log"
            )

    def has_failed(self, name: str) -> bool:
        """Say whether a process keeps dying right after its start."""
        return any(p.name == name and p.failures >= 3 for p in self.processes)  # noqa: PLR2004

    def stop(self) -> None:
        """End every process started here: last started first, by force after ten seconds."""
        running = [p.popen for p in reversed(self.processes) if p.popen is not None]
        for popen in running:
            _signal_group(popen, signal.SIGTERM)
        deadline = time.monotonic() + 10
        for popen in running:
            try:
                popen.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(popen, signal.SIGKILL)
                popen.wait()
        for process in self.processes:
            if process.log is not None:
                process.log.close()


def _signal_group(popen: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(popen.pid, number)


def _end_with_parent() -> None:
    # Linux: even `kill -9` of the demo must not leave a broker and 300 loudspeakers behind.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
