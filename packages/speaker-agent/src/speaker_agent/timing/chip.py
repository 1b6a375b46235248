"""The clock chip, which runs on its battery while the box is off, where there is one."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

CHIPS = Path("/sys/class/rtc")
# Between two looks for the next whole second: the reading is good to about this.
LOOK_SECONDS = 0.01
LONGEST_LOOK_SECONDS = 1.2
GOOD_SECONDS = 30.0


class ChipReading(NamedTuple):
    """What the chip showed at a reading of our counter."""

    at: float
    seconds: float


def find_chip(folder: Path = CHIPS) -> Path | None:
    """The chip that the system took its time from when it started, or the first there is."""
    chips = sorted(folder.glob("rtc*"), key=lambda chip: (_text(chip / "hctosys") != "1", chip))
    return next((chip for chip in chips if _text(chip / "since_epoch")), None)


def coarse_reading() -> float | None:
    """The chip's time in whole seconds; None without a chip, or when it knows that it stood still.

    A driver whose chip lost its voltage gives an error in place of a time.
    """
    chip = find_chip()
    try:
        return None if chip is None else float(_text(chip / "since_epoch"))
    except ValueError:
        return None


def read_chip(coarse: Callable[[], float | None]) -> ChipReading | None:
    """The chip's time to a hundredth of a second: waits (up to a second) until it steps on."""
    first = coarse()
    end = time.monotonic() + LONGEST_LOOK_SECONDS
    while first is not None and time.monotonic() < end:
        before = time.monotonic()
        seconds = coarse()
        if seconds is not None and seconds != first:
            return ChipReading((before + time.monotonic()) / 2, seconds)
        time.sleep(LOOK_SECONDS)
    return None


class SharedReading:
    """One reading serves all boxes of a process for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading: ChipReading | None = None
        self._looked_at = -GOOD_SECONDS

    def __call__(self) -> ChipReading | None:
        with self._lock:
            if time.monotonic() - self._looked_at >= GOOD_SECONDS:
                self._reading = read_chip(coarse_reading)
                self._looked_at = time.monotonic()
            return self._reading


read_system_chip = SharedReading()


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
