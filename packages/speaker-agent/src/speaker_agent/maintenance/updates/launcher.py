"""Starts the box's program, and another one when told; the part of a box that no update changes.

The service manager starts this file. It starts the program that `state.json` names and watches it.
A new program is on trial: it must reach the server and say so within CONFIRM_SECONDS; if it ends,
hangs, finds its sound device lost or never gets a line, the one before runs again. Every step is
written down before it is taken, so a power cut at any moment leaves a program that can run.

    launcher.py --packaged /usr/lib/speaker-agent --base /var/lib/speaker-agent/versions -- run
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from pathlib import Path

if __package__:
    from speaker_agent.maintenance.updates import slots as memory
else:  # beside slots.py, in a folder of its own
    import slots as memory  # type: ignore[import-not-found, no-redef]

CONFIRM_SECONDS = 600.0
LOOK_SECONDS = 0.25
IDLE_LOOK_SECONDS = 2.0
STOP_SECONDS = 12.0
# The program's own entry, with its folder before everything that the system has.
BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from speaker_agent.cli import main; sys.exit(main())"
)
TOLD_TO_STOP = (signal.SIGTERM, signal.SIGINT)


class Launcher:
    """One box's programs; `run` returns when the box is told to stop, or when it cannot go on."""

    def __init__(
        self, base: Path, packaged: Path, arguments: list[str], *, confirm_seconds: float
    ) -> None:
        self.base = base
        self.packaged = packaged
        self.arguments = arguments
        self.confirm_seconds = confirm_seconds
        self.slots = memory.load(base)
        self._stopped_at: float | None = None
        self._asked_at: float | None = None

    def run(self) -> int:
        """Start, watch, start again."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {*TOLD_TO_STOP, signal.SIGCHLD})
        deadline: tuple[str, float] | None = None
        while True:
            self.prepare()
            trial = self.slots.trial
            if trial is None:
                deadline = None
            elif deadline is None or deadline[0] != trial.id:
                deadline = (trial.id, time.monotonic() + self.confirm_seconds)
            child = self._start()
            ended, code = self._watch(child, deadline[1] if deadline else None)
            if ended != "by itself" or self.slots.trial is None or self._stopped_at is None:
                # What ended by itself on trial may never have played: its time counts as silence.
                self._stopped_at = time.monotonic()
            if ended == "told":
                self._remember(self.slots.told_to_stop())
                return 0
            if ended == "by itself":
                if (self.base / memory.REQUEST).exists():
                    continue
                if self.slots.trial is None:
                    return code  # as without a launcher: the service manager begins anew
                self._remember(self.slots.crashed())
                print(f"the new program ended with {code}", file=sys.stderr)  # noqa: T201
            # Otherwise the watch has rolled it back: the one before is started at once.

    def prepare(self) -> None:
        """Take up what was asked for, count the start, and be sure that the program is there."""
        asked = memory.read_document(self.base / memory.REQUEST)
        with contextlib.suppress(KeyError, ValueError):
            name, order = str(asked["name"]), str(asked["id"])
            memory.folder_of(self.base, name)
            if not self.slots.knows(order):
                self._remember(self.slots.try_out(order, name), is_needed=True)
        with contextlib.suppress(OSError):
            (self.base / memory.REQUEST).unlink(missing_ok=True)
        if self.slots.trial is not None:
            with contextlib.suppress(OSError):
                (self.base / memory.VERDICT).unlink(missing_ok=True)
            self._remember(self.slots.starting(), is_needed=True)
        while self.slots.to_start and not self._is_there(self.slots.to_start):
            self._remember(self.slots.without(self.slots.to_start))

    def _is_there(self, name: str) -> bool:
        return (memory.folder_of(self.base, name) / "speaker_agent" / "cli.py").is_file()

    def _remember(self, slots: memory.Slots, *, is_needed: bool = False) -> None:
        """Write it down. A trial that cannot be counted (the disk is full) is not begun."""
        if slots == self.slots:
            return
        try:
            memory.save(self.base, slots)
        except OSError as error:
            print(f"cannot keep {self.base / memory.STATE}: {error}", file=sys.stderr)  # noqa: T201
            if is_needed:
                slots = slots.roll_back("no_space")
        self.slots = slots

    def _start(self) -> int:
        self._asked_at = None
        name = self.slots.to_start
        folder = memory.folder_of(self.base, name) if name else self.packaged
        trial = self.slots.trial
        environment = os.environ | {
            "SPEAKER_AGENT_VERSIONS": str(self.base),
            "SPEAKER_AGENT_PROGRAM": name,
            "SPEAKER_AGENT_TRIAL": trial.id if trial else "",
            "SPEAKER_AGENT_STOPPED_AT": str(self._stopped_at or ""),
        }
        child = os.fork()
        if child:
            return child
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, set())
            if "WATCHDOG_PID" in environment:
                environment["WATCHDOG_PID"] = str(os.getpid())
            command = [sys.executable, "-sEc", BOOT, str(folder), *self.arguments]
            os.execve(sys.executable, command, environment)  # noqa: S606 - that is what it is for
        finally:
            os._exit(127)

    def _watch(self, child: int, deadline: float | None) -> tuple[str, int]:
        """Until it ends: told, by itself, or put aside because it did not prove itself."""
        wanted = {*TOLD_TO_STOP, signal.SIGCHLD}
        while True:
            on_trial = self.slots.trial is not None
            told = signal.sigtimedwait(wanted, LOOK_SECONDS if on_trial else IDLE_LOOK_SECONDS)
            if told is not None and told.si_signo in TOLD_TO_STOP:
                _end(child)
                return "told", 0
            done, status = os.waitpid(child, os.WNOHANG)
            if not done and not on_trial and self._is_overdue():
                print("the program does not give way", file=sys.stderr)  # noqa: T201
                _end(child)
                return "by itself", 0
            # A verdict that was given just before the end counts.
            reason = self._judge(deadline) if self.slots.trial is not None else ""
            if done:
                if reason:
                    self._remember(self.slots.roll_back(reason))
                    return "put aside", 0
                return "by itself", os.waitstatus_to_exitcode(status)
            if reason:
                _end(child)
                self._remember(self.slots.roll_back(reason))
                return "put aside", 0

    def _is_overdue(self) -> bool:
        """Did the program ask for another one so long ago that it must hang?"""
        asked = memory.read_document(self.base / memory.REQUEST)
        if "id" not in asked or self.slots.knows(str(asked["id"])):
            self._asked_at = None
            return False
        if self._asked_at is None:
            self._asked_at = time.monotonic()
        return time.monotonic() - self._asked_at >= STOP_SECONDS

    def _judge(self, deadline: float | None) -> str:
        """Keep the trial if it proved itself; otherwise why it must go, if it must."""
        trial = self.slots.trial
        said = memory.read_document(self.base / memory.VERDICT)
        if trial is not None and said.get("id") == trial.id:
            if said.get("is_good") is True:
                self._remember(self.slots.confirm())
                return ""
            return str(said.get("reason") or "unfit")[:40]
        return "no_link" if deadline is not None and time.monotonic() >= deadline else ""


def _end(child: int) -> None:
    """Let it say goodbye, but not for long."""
    deadline = time.monotonic() + STOP_SECONDS
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)
        while time.monotonic() < deadline:
            if os.waitpid(child, os.WNOHANG)[0]:
                return
            signal.sigtimedwait({signal.SIGCHLD}, LOOK_SECONDS)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def main() -> int:
    """The service's entry."""
    parser = argparse.ArgumentParser(description="start the box's program")
    parser.add_argument("--packaged", type=Path, required=True, metavar="DIR")
    parser.add_argument("--base", type=Path, required=True, metavar="DIR")
    # Everything behind the first -- is the program's, options too.
    cut = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:cut])
    (options.base / memory.PROGRAMS).mkdir(parents=True, exist_ok=True)
    asked = os.environ.get("SPEAKER_AGENT_CONFIRM_SECONDS") or CONFIRM_SECONDS
    launcher = Launcher(
        options.base, options.packaged, sys.argv[cut + 1 :], confirm_seconds=float(asked)
    )
    return launcher.run()


if __name__ == "__main__":
    sys.exit(main())
