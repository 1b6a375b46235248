"""Where time comes from on this machine. Tests bring their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from speaker_agent.timing.chip import ChipReading, coarse_reading, read_system_chip

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Sources:
    """The wall clock (which people and chips set wrong), a counter that only runs, and its life.

    `boot_id` names the life of the counter: readings of two different boots cannot be compared.
    An empty one means unknown, and nothing is carried over.
    """

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    boot_id: str
    read_chip: Callable[[], ChipReading | None] = lambda: None
    """The clock chip, exactly. May take a second."""
    glance_at_chip: Callable[[], float | None] = lambda: None
    """The clock chip, to the second and at once."""


def system_sources() -> Sources:
    """The clocks of the operating system."""
    try:
        boot_id = BOOT_ID.read_text().strip()
    except OSError:
        boot_id = ""
    return Sources(
        wall=time.time,
        monotonic=time.monotonic,
        boot_id=boot_id,
        read_chip=read_system_chip,
        glance_at_chip=coarse_reading,
    )
