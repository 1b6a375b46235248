"""Kills one process after another, at seeded random moments, and times their return."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from .station import VICTIMS, Station

if TYPE_CHECKING:
    from collections.abc import Callable

# Longer than any restart should take; a process that is away longer never came back.
LONGEST_AWAY_SECONDS = 90.0


@dataclass
class Kill:
    at: float
    victim: str
    pids: list[int]
    back_after: float | None = None


@dataclass
class Monkey:
    """`kills` of them, each victim as often as the others, after a pause of `pause` seconds.

    The pause begins when everything serves again, or with `overlaps` when the last kill was made.
    """

    station: Station
    kills: int
    seed: int
    pause: tuple[float, float] = (1.0, 4.0)
    overlaps: bool = False
    tell: Callable[[str], None] = print
    done: list[Kill] = field(default_factory=list)
    _watches: list[threading.Thread] = field(default_factory=list)

    def plan(self) -> list[tuple[float, str]]:
        """Pauses and victims; the same for the same seed."""
        chance = random.Random(self.seed)
        planned: list[tuple[float, str]] = []
        bag: list[str] = []
        while len(planned) < self.kills:
            if not bag:
                bag = chance.sample(VICTIMS, len(VICTIMS))
            planned.append((chance.uniform(*self.pause), bag.pop()))
        return planned

    def run(self) -> None:
        """Until all are done and everything stands again."""
        away: dict[str, Kill] = {}
        for number, (pause, victim) in enumerate(self.plan(), start=1):
            # What is not running cannot be killed.
            awaited = [victim] if self.overlaps else VICTIMS
            while any(one in away and away[one].back_after is None for one in awaited):
                time.sleep(0.05)
            time.sleep(pause)
            pids = self.station.kill(victim)
            kill = Kill(time.time(), victim, pids)
            self.done.append(kill)
            away[victim] = kill
            self.tell(f"{number:4d}  {time.strftime('%H:%M:%S')}  kill -9 {victim} {pids}")
            watch = threading.Thread(target=self._watch, args=(kill,), daemon=True)
            watch.start()
            self._watches.append(watch)
        for watch in self._watches:
            watch.join()

    def _watch(self, kill: Kill) -> None:
        if kill.victim == "database":
            self.station.revive_database()
        deadline = time.time() + LONGEST_AWAY_SECONDS
        while any(_runs(pid) for pid in kill.pids):
            time.sleep(0.01)
        while not self.station.serves(kill.victim):
            if time.time() > deadline:
                kill.back_after = LONGEST_AWAY_SECONDS
                self.tell(f"      {kill.victim} did not come back")
                return
            time.sleep(0.1)
        kill.back_after = time.time() - kill.at


def _runs(pid: int) -> bool:
    """A dead process holds its ports until the last of its threads is gone."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    except psutil.NoSuchProcess:
        return False
