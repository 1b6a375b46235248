"""The server's time on this box: a counter that never jumps, an offset and a drift.

The wall clock is never used to place sound: it may be an hour wrong or be set while we play.
"""

import math
import threading
from collections import deque
from enum import StrEnum
from typing import Any, NamedTuple

from speaker_agent.timing.chip import ChipReading
from speaker_agent.timing.sources import Sources, system_sources
from speaker_agent.timing.sync import Offset

# What a cheap crystal may be off before we know it, and after we measured it (seconds a second).
UNKNOWN_DRIFT = 60e-6
LEARNED_DRIFT = 4e-6
# No crystal is worse than this; a larger slope is a fault of the network or the server.
GREATEST_DRIFT = 300e-6
LEARN_FROM_SECONDS = 900.0
# The drift is believed when its own standard error is below this.
BELIEVED_DRIFT_ERROR = 8e-6
HISTORY = 240
# Answers further away than this are believed only when the next burst agrees.
STEP_SECONDS = 0.25
# What a clock chip may be off while it runs alone, and how well it is read.
CHIP_DRIFT = 50e-6
CHIP_READING_ERROR = 0.02
# Somebody set the chip when it is this far from where it ought to be.
CHIP_SET_SECONDS = 2.0
# Beyond this estimated error the box no longer claims to know the time.
TRUSTED_ERROR_SECONDS = 60.0


class Trust(StrEnum):
    """Whether the box knows what time it is."""

    SYNCED = "synced"
    UNTRUSTED = "untrusted_time"


class _State(NamedTuple):
    anchor: float  # our counter
    server: float  # the server's clock at the anchor, seconds since 1970
    rate: float  # server seconds for one second of our counter
    error: float
    drift_error: float


class Clock:
    """The server's time, as well as this box can know it. Safe to read from any thread."""

    def __init__(self, sources: Sources | None = None) -> None:
        self.sources = sources or system_sources()
        self._state: _State | None = None
        self._drift = 0.0
        self._drift_error = UNKNOWN_DRIFT
        self._history: deque[Offset] = deque(maxlen=HISTORY)
        self._doubt: Offset | None = None
        self._chip: ChipReading | None = None
        self._lost: dict[str, Any] = {}
        """What was known before a reboot, for whoever has a clock chip."""
        self._lock = threading.Lock()

    # Reading

    def monotonic(self) -> float:
        """Our counter, which nobody can set."""
        return self.sources.monotonic()

    @property
    def trust(self) -> Trust:
        """Does the box know the time well enough to speak at an instant?"""
        return Trust.SYNCED if self.error() <= TRUSTED_ERROR_SECONDS else Trust.UNTRUSTED

    @property
    def is_trusted(self) -> bool:
        """Short for the question that everything asks."""
        return self.trust is Trust.SYNCED

    def error(self) -> float:
        """How many seconds the time may be off now, by our own estimate."""
        state = self._state
        if state is None:
            return math.inf
        age = abs(self.monotonic() - state.anchor)
        return state.error + age * state.drift_error

    def now(self) -> float:
        """The server's time (seconds since 1970). Without any sync: the wall clock, untrusted."""
        if self._state is None:
            return self.sources.wall()
        return self.server_at(self.monotonic())

    def server_at(self, monotonic: float) -> float:
        """The server's time at a reading of our counter."""
        state = self._state
        if state is None:
            return self.sources.wall() + (monotonic - self.monotonic())
        return state.server + (monotonic - state.anchor) * state.rate

    def monotonic_at(self, server: float) -> float:
        """The reading of our counter at an instant of the server."""
        state = self._state
        if state is None:
            return self.monotonic() + (server - self.sources.wall())
        return state.anchor + (server - state.server) / state.rate

    @property
    def wall_offset(self) -> float | None:
        """Wall clock minus server's time, in seconds: what the operator's board shows."""
        return None if self._state is None else self.sources.wall() - self.now()

    @property
    def drift_ppm(self) -> float:
        """Parts per million by which our counter must be stretched to follow the server."""
        return self._drift * 1e6

    @property
    def has_learned_drift(self) -> bool:
        """Is the drift measured, or still assumed to be nothing?"""
        return self._drift_error <= BELIEVED_DRIFT_ERROR

    # Learning

    def observe(self, offset: Offset) -> bool:
        """Take in the result of a burst. False if it is kept in doubt until the next agrees."""
        with self._lock:
            return self._observe(offset)

    def _observe(self, offset: Offset) -> bool:
        seen = offset.at + offset.seconds
        if self._state is None:
            self._history.append(offset)
            self._anchor(offset.at, seen, offset.error)
            return True
        expected = self.server_at(offset.at)
        expected_error = self._error_at(offset.at)
        away = seen - expected
        if abs(away) > max(STEP_SECONDS, expected_error + offset.error):
            doubt, self._doubt = self._doubt, offset
            if doubt is None or abs(doubt.seconds - offset.seconds) > STEP_SECONDS:
                return False
            # Twice the same: the server was set. What we learned of the past no longer applies.
            self._history.clear()
            self._history.append(offset)
            self._doubt = None
            self._anchor(offset.at, seen, offset.error)
            return True
        self._doubt = None
        self._history.append(offset)
        self._learn_drift()
        # A scalar Kalman step: the worse of prediction and measurement moves the clock less.
        gain = expected_error**2 / (expected_error**2 + offset.error**2)
        error = math.sqrt((1 - gain) * expected_error**2)
        # Unequal ways do not average out, so the estimate never gets much better than one burst.
        self._anchor(offset.at, expected + gain * away, max(error, offset.error / 4))
        return True

    def _error_at(self, monotonic: float) -> float:
        state = self._state
        if state is None:
            return math.inf
        return max(state.error + abs(monotonic - state.anchor) * state.drift_error, 1e-6)

    def _anchor(self, at: float, server: float, error: float) -> None:
        self._state = _State(at, server, 1.0 + self._drift, error, self._drift_error)

    def _learn_drift(self) -> None:
        """Weighted least squares of offset over counter, once the baseline is long enough."""
        points = list(self._history)
        if len(points) < 4 or points[-1].at - points[0].at < LEARN_FROM_SECONDS:  # noqa: PLR2004
            return
        weights = [1 / p.error**2 for p in points]
        total = sum(weights)
        mean_at = sum(w * p.at for w, p in zip(weights, points, strict=True)) / total
        # Offsets are large numbers (seconds since 1970): take the first away before multiplying.
        base = points[0].seconds
        mean_offset = (
            sum(w * (p.seconds - base) for w, p in zip(weights, points, strict=True)) / total
        )
        spread = sum(w * (p.at - mean_at) ** 2 for w, p in zip(weights, points, strict=True))
        if spread <= 0:
            return
        slope = (
            sum(
                w * (p.at - mean_at) * (p.seconds - base - mean_offset)
                for w, p in zip(weights, points, strict=True)
            )
            / spread
        )
        # One bad half-round-trip at either end can tilt the line by this much at worst.
        smallest = min(p.error for p in points)
        slope_error = max(math.sqrt(1 / spread), smallest / (points[-1].at - points[0].at))
        if abs(slope) > GREATEST_DRIFT or slope_error > BELIEVED_DRIFT_ERROR:
            return
        self._drift = slope
        self._drift_error = max(LEARNED_DRIFT, slope_error)

    # Across a restart of the program, and of the box

    def look_at_chip(self) -> None:
        """Take the chip's time, to find ours again after a reboot. May take a second."""
        reading = self.sources.read_chip()
        with self._lock:
            self._chip = reading

    def snapshot(self) -> dict[str, Any]:
        """What is worth keeping on disk."""
        with self._lock:
            kept: dict[str, Any] = {
                "boot_id": self.sources.boot_id,
                "drift": self._drift,
                "drift_error": self._drift_error,
                "wall": self.sources.wall(),
            }
            if self._state is None:
                # As long as nothing newer is known, the chip must find its way from there.
                kept |= {
                    name: self._lost[name] for name in ("server", "chip") if name in self._lost
                }
            else:
                kept["state"] = list(self._state)
                kept["server"] = self.now()
                if self._chip is not None and not self._chip_was_set(self._chip):
                    kept["chip"] = {
                        "seconds": self._chip.seconds,
                        "server": self.server_at(self._chip.at),
                        "error": self._error_at(self._chip.at) + CHIP_READING_ERROR,
                    }
            return kept

    def _chip_was_set(self, reading: ChipReading) -> bool:
        """By a person, or by the system from a wall clock that may be wrong."""
        seconds = self.sources.glance_at_chip()
        expected = reading.seconds + (self.monotonic() - reading.at)
        return seconds is None or abs(seconds + 0.5 - expected) > CHIP_SET_SECONDS

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what an earlier process of this box knew.

        The drift belongs to the crystal and survives everything. The offset belongs to one boot:
        after a reboot the counter began anew, so the box does not know the time until its clock
        chip (`restore_from_chip`) or the server has told it. The wall clock does not count: a box
        without a chip wakes in the past.
        """
        with self._lock:
            self._drift = float(kept.get("drift", 0.0))
            self._drift_error = float(kept.get("drift_error", UNKNOWN_DRIFT))
            same_boot = bool(self.sources.boot_id) and kept.get("boot_id") == self.sources.boot_id
            state = kept.get("state")
            if not same_boot or not state:
                self._lost = kept
                return
            restored = _State(*(float(value) for value in state))
            # A counter that reads less than it did is not the same counter, whatever it says.
            if self.monotonic() >= restored.anchor:
                self._state = restored
            else:
                self._lost = kept

    def restore_from_chip(self) -> bool:
        """After a reboot: how long the box was off, by its clock chip. May take a second.

        A chip that reads less than it did has lost its battery, and is not believed.
        """
        before = self._lost.get("chip")
        if self._state is not None or not before:
            return False
        reading = self.sources.read_chip()
        if reading is None:
            return False
        passed = reading.seconds - float(before["seconds"])
        if passed < 0:
            return False
        with self._lock:
            self._chip, self._lost = reading, {}
            error = float(before["error"]) + CHIP_READING_ERROR + passed * CHIP_DRIFT
            self._anchor(reading.at, float(before["server"]) + passed, error)
        return True
