"""Which program the box runs: the launcher's whole memory, and every step it may take.

Of the standard library only: the launcher carries it and must start when everything else is broken.
`active` is the program that proved itself; `""` is the one that the Debian package brought. A
`trial` runs instead of it until it has proved itself, or until it has not.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
STATE, REQUEST, VERDICT = "state.json", "request.json", "verdict.json"
PROGRAMS = "programs"
# Starts of a trial that ended before it had proved itself: a power cut may be one of them.
MAX_ATTEMPTS = 3
NAME = re.compile(r"[0-9][0-9.]{0,31}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Trial:
    """A program that runs but has not proved itself: `id` is the order's."""

    id: str
    name: str
    attempts: int = 0
    crashes: int = 0


@dataclass(frozen=True)
class Outcome:
    """How the last trial ended, for the program to tell the server."""

    id: str
    name: str
    result: str  # confirmed, rolled_back
    reason: str = ""


@dataclass(frozen=True)
class Slots:
    """What stands in state.json."""

    active: str = ""
    previous: str | None = None
    trial: Trial | None = None
    outcome: Outcome | None = None

    @property
    def to_start(self) -> str:
        """The program that runs now."""
        return self.trial.name if self.trial is not None else self.active

    def try_out(self, order: str, name: str) -> Slots:
        """Run another program from the next start on."""
        return replace(self, trial=Trial(order, name), outcome=None)

    def knows(self, order: str) -> bool:
        """Was this order taken up before? A power cut may leave a request behind."""
        return order in {one.id for one in (self.trial, self.outcome) if one is not None}

    def told_to_stop(self) -> Slots:
        """A start that was ended from outside says nothing about the program."""
        trial = self.trial
        if trial is None or trial.attempts == 0:
            return self
        return replace(self, trial=replace(trial, attempts=trial.attempts - 1))

    def starting(self) -> Slots:
        """The trial is about to be started once more; too often is too often."""
        trial = self.trial
        if trial is None:
            return self
        if trial.attempts >= MAX_ATTEMPTS:
            return self.roll_back("crashed" if trial.crashes else "interrupted")
        return replace(self, trial=replace(trial, attempts=trial.attempts + 1))

    def crashed(self) -> Slots:
        """The trial ended by itself."""
        trial = self.trial
        if trial is None:
            return self
        crashed = replace(self, trial=replace(trial, crashes=trial.crashes + 1))
        return crashed.roll_back("crashed") if trial.attempts >= MAX_ATTEMPTS else crashed

    def confirm(self) -> Slots:
        """The trial proved itself; the one before is kept."""
        trial = self.trial
        if trial is None:
            return self
        outcome = Outcome(trial.id, trial.name, "confirmed")
        if trial.name == self.active:
            return replace(self, trial=None, outcome=outcome)
        return Slots(trial.name, self.active, None, outcome)

    def roll_back(self, reason: str) -> Slots:
        """The trial did not: back to the program that did."""
        trial = self.trial
        if trial is None:
            return self
        outcome = Outcome(trial.id, trial.name, "rolled_back", reason)
        return replace(self, trial=None, outcome=outcome)

    def without(self, name: str) -> Slots:
        """A program that should be there is not: what comes before it runs."""
        if self.trial is not None and self.trial.name == name:
            return self.roll_back("lost")
        if self.active == name:
            fallback = self.previous if self.previous not in (None, name) else ""
            return replace(self, active=fallback or "", previous=None)
        return self

    @property
    def kept(self) -> set[str]:
        """The programs that must stay on the disk."""
        names = {self.active, self.previous or "", self.trial.name if self.trial else ""}
        return names - {""}


def folder_of(base: Path, name: str) -> Path:
    """Where a program lies."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a program's name: {name!r}")
    return base / PROGRAMS / name


def read_document(path: Path) -> dict[str, Any]:
    """A small JSON file; what cannot be read says nothing."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_document(path: Path, content: dict[str, Any]) -> None:
    """All or nothing, and still there after a power cut: rename(2) is the only switch there is."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk know which names there are."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(base: Path) -> Slots:
    """What the launcher remembers; nothing it can read is the packaged program."""
    found = read_document(base / STATE)
    if found.get("format") != FORMAT:
        return Slots()
    try:
        trial, outcome = found.get("trial"), found.get("outcome")
        slots = Slots(
            active=_name(found["active"]),
            previous=None if found.get("previous") is None else _name(found["previous"]),
            trial=None if trial is None else Trial(**trial),
            outcome=None if outcome is None else Outcome(**outcome),
        )
        if slots.trial is not None:
            _name(slots.trial.name)
    except (KeyError, TypeError, ValueError):
        return Slots()
    return slots


def save(base: Path, slots: Slots) -> None:
    """Remember it."""
    write_document(base / STATE, {"format": FORMAT, **asdict(slots)})


def _name(text: object) -> str:
    if text != "" and not (isinstance(text, str) and NAME.fullmatch(text)):
        raise ValueError(f"not a program's name: {text!r}")
    return str(text)
