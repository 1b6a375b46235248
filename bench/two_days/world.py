"""Time in our hands: what is true, what a box's crystal and clocks make of it, and a fast loop."""

import asyncio
import random
import selectors
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from speaker_agent.timing import Sources
from speaker_agent.timing.chip import ChipReading

# A box without a clock chip wakes in the past.
WOKE_AT = datetime.fromisoformat("2026-09-01T00:00:00+07:00").timestamp()
SHORTEST_STEP = 1e-6


class World:
    """True time as seconds since the beginning, and one box's crystal, wall clock and chip."""

    def __init__(
        self,
        begins: datetime,
        *,
        drift_ppm: float = 0.0,
        chip_error: float = 0.0,
        chip_ppm: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.begins = begins.timestamp()
        self.drift = drift_ppm * 1e-6
        self.chip_error = chip_error
        self.chip_rate = 1 + chip_ppm * 1e-6
        self.has_chip = True
        self.dice = random.Random(seed)
        self.passed = 0.0
        self._booted_at = 0.0
        self._counter_at_boot = 1234.5
        self._wall_at_boot = self.begins + 2.5
        self._boots = 1

    @property
    def true(self) -> float:
        """Seconds since 1970, as nobody in the village knows them."""
        return self.begins + self.passed

    def pass_counted(self, seconds: float) -> None:
        """Let so many seconds of the box's counter pass."""
        self.passed += max(seconds, SHORTEST_STEP) / (1 + self.drift)

    def counter(self) -> float:
        return self._counter_at_boot + (self.passed - self._booted_at) * (1 + self.drift)

    def true_at(self, counter: float) -> float:
        """The true instant of a reading of the counter, in this boot."""
        counted = (counter - self._counter_at_boot) / (1 + self.drift)
        return self.begins + self._booted_at + counted

    def wall(self) -> float:
        return self._wall_at_boot + self.counter() - self._counter_at_boot

    def set_wall(self, by: float) -> None:
        """Somebody sets the wall clock."""
        self._wall_at_boot += by

    def _chip(self) -> float:
        return self.begins + self.chip_error + self.passed * self.chip_rate

    def glance_at_chip(self) -> float | None:
        return float(int(self._chip())) if self.has_chip else None

    def read_chip(self) -> ChipReading | None:
        """The last step of the chip, noticed up to ten milliseconds late."""
        if not self.has_chip:
            return None
        seconds = int(self._chip())
        late = self.dice.uniform(0, 0.01)
        return ChipReading(self.counter() - (self._chip() - seconds) + late, float(seconds))

    def reboot(self, *, off_seconds: float) -> None:
        """The power goes and comes back."""
        self.passed += off_seconds
        self._booted_at = self.passed
        self._counter_at_boot = self.dice.uniform(4, 9)
        self._wall_at_boot = self._chip() if self.has_chip else WOKE_AT
        self._boots += 1

    def sources(self) -> Sources:
        return Sources(
            wall=self.wall,
            monotonic=self.counter,
            boot_id=f"boot-{self._boots}",
            read_chip=self.read_chip,
            glance_at_chip=self.glance_at_chip,
        )


class _Hurry(selectors.DefaultSelector):
    """Never waits: when nothing is left to do, it is later."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.settle: Callable[[], None] = lambda: None
        """Returns when what other threads were asked to do is done."""

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if events or timeout == 0:
            return events
        self.settle()
        events = super().select(0)
        if not events:
            if timeout is None:
                raise RuntimeError("nothing will ever happen again")
            self.world.pass_counted(timeout)
        return events


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop that lives by the box's counter."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hurry = _Hurry(world)
        super().__init__(self.hurry)
        self.set_default_executor(AtOnce())

    def time(self) -> float:
        return self.world.counter()


class AtOnce(ThreadPoolExecutor):
    """Does what it is asked while it is asked, so that no thread is raced against the clock."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as failure:
            future.set_exception(failure)
        return future
