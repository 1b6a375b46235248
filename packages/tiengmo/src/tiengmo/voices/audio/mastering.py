"""From any sound to the two files that go out: filtered, trimmed, at one loudness, checked.

The sound is worked on in a file beside the store, never whole in memory: an hour takes no more
memory than a minute.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfilt

from . import constants as c
from .decoding import samples as decoded
from .encoding import MP3, OPUS, Coding, Encoder
from .limiter import apply, gain_for
from .loudness import Meter
from .trimming import PIECE, Trimmed, bounds
from .truepeak import decibels, true_peak

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Progress = Callable[[int], None]

SILENT_LUFS = -60.0
MOST_ROUNDS = 5
REPORT_SECONDS = 0.2
# Meters interpolate differently; what ours passes, another's must pass too.
METER_TOLERANCE_DB = 0.1


def _filters() -> NDArray[np.float64]:
    """High-pass, then pairs of first-order all-passes."""
    turn = np.tan(np.pi * c.PHASE_ROTATION_HZ / c.RATE)
    a = (turn - 1) / (turn + 1)
    pair = [a * a, 2 * a, 1.0, 1.0, 2 * a, a * a]
    high_pass = butter(2, c.HIGH_PASS_HZ, "highpass", fs=c.RATE, output="sos")
    sections: NDArray[np.float64] = np.vstack([high_pass, [pair] * (c.PHASE_ROTATION_ORDER // 2)])
    return sections


FILTERS = _filters()


class SilentSound(Exception):
    """There is nothing to hear."""


@dataclass(frozen=True)
class Measured:
    duration_seconds: float
    loudness_lufs: float
    true_peak_dbtp: float

    @property
    def off_by(self) -> float:
        return abs(self.loudness_lufs - c.TARGET_LUFS)


@dataclass(frozen=True)
class Mastered:
    """Two files in the working folder, and the worse of their figures as measured on decoding."""

    opus: Path
    mp3: Path
    duration_seconds: float
    loudness_lufs: float
    true_peak_dbtp: float


def master(
    pieces: Iterable[NDArray[np.float32]], folder: Path, progress: Progress = lambda _percent: None
) -> Mastered:
    """Bring a sound to its loudness and write both files into `folder`.

    pieces: mono at 48 kHz. progress is called with 0–100, often, and may raise to stop the work.
    Raises SilentSound.
    """
    with tempfile.TemporaryFile(dir=folder) as work:
        energies = _filter(pieces, work, lambda: progress(0))
        progress(10)
        content: NDArray[np.float32] = np.memmap(work, dtype=np.float32, mode="r")
        sound = Trimmed(content, *bounds(energies))
        levels = _Levels(sound.peaks(), sound.energies(energies))
        progress(20)
        (opus_path, opus_facts), (mp3_path, mp3_facts) = _write_both(
            sound, levels, folder, progress
        )
        progress(100)
    worse = max(opus_facts, mp3_facts, key=lambda facts: facts.off_by)
    return Mastered(
        opus_path,
        mp3_path,
        sound.seconds,
        worse.loudness_lufs,
        max(opus_facts.true_peak_dbtp, mp3_facts.true_peak_dbtp),
    )


def measure(path: Path, tick: Callable[[], None] = lambda: None) -> Measured:
    """Decode a file and measure what a listener's machine gets, in bounded memory."""
    meter, peak, length = Meter(), 0.0, 0
    before = np.zeros(0, dtype=np.float32)
    for piece in _in_pieces(decoded(path)):
        tick()
        meter.take(piece)
        length += len(piece)
        # Join with the end of the piece before, so that a peak at the seam is seen.
        peak = max(peak, true_peak(np.concatenate([before, piece])))
        before = piece[-c.BLOCK :]
    return Measured(length / c.RATE, meter.integrated(), decibels(peak))


@dataclass(frozen=True)
class _Levels:
    peaks: NDArray[np.float32]
    energies: NDArray[np.float64]


class _Stopped(Exception):
    """The other side of the work has failed."""


class _Shares:
    """How far each writer is, and whether they are to stop."""

    def __init__(self) -> None:
        self._shares = dict.fromkeys((OPUS, MP3), 0.0)
        self.is_stopped = False

    def report(self, coding: Coding, share: float) -> None:
        if self.is_stopped:
            raise _Stopped
        # A second round begins anew, but nobody likes to see progress go back.
        self._shares[coding] = max(share, self._shares[coding])

    def percent(self) -> int:
        return 20 + round(79 * sum(self._shares.values()) / 2)


def _write_both(
    sound: Trimmed, levels: _Levels, folder: Path, progress: Progress
) -> list[tuple[Path, Measured]]:
    """Write both files side by side: the encoders let go of Python's lock.

    Progress is called in the caller's thread only: it may hold a database connection.
    """
    shares = _Shares()
    with ThreadPoolExecutor(2) as pool:
        writers = [
            pool.submit(_write, sound, levels, coding, folder, partial(shares.report, coding))
            for coding in (OPUS, MP3)
        ]
        try:
            while wait(writers, timeout=REPORT_SECONDS).not_done:
                progress(shares.percent())
            return [writer.result() for writer in writers]
        finally:
            shares.is_stopped = True


def _filter(
    pieces: Iterable[NDArray[np.float32]], work: IO[bytes], tick: Callable[[], None]
) -> NDArray[np.float64]:
    """Filter into the working file, and give the energy of every 10 ms."""
    state = np.zeros((len(FILTERS), 2))
    meter = Meter()
    for piece in _in_pieces(pieces):
        filtered, state = sosfilt(FILTERS, piece, zi=state)
        content = filtered.astype(np.float32)
        if rest := -len(content) % c.SUB_BLOCK:
            content = np.append(content, np.zeros(rest, dtype=np.float32))
        meter.take(content)
        content.tofile(work)
        tick()
    if meter.integrated() < SILENT_LUFS:
        raise SilentSound
    work.flush()
    return meter.energies()


def _write(
    sound: Trimmed,
    levels: _Levels,
    coding: Coding,
    folder: Path,
    report: Callable[[float], None],
) -> tuple[Path, Measured]:
    """Encode until what comes out of a decoder keeps loudness and peak; mostly the first does.

    Each coding moves both in its own way, so the first guess is what it does to speech, and every
    further round corrects what the one before was measured to miss.
    """
    path = folder / f"sound{coding.suffix}"
    target = c.TARGET_LUFS + coding.loudness_loss
    ceiling = c.CEILING_DBTP - coding.overshoot_db
    for _ in range(MOST_ROUNDS):
        gains = gain_for(levels.peaks, levels.energies, target_lufs=target, ceiling_db=ceiling)
        sound.fade(gains)
        with Encoder(path, coding) as encoder:
            for start, piece in sound.pieces():
                encoder.take(apply(piece, gains[start // c.BLOCK :][: len(piece) // c.BLOCK + 1]))
                report(0.6 * start / sound.length)
        facts = measure(path, lambda: report(0.6))
        is_below = facts.true_peak_dbtp <= c.CEILING_DBTP - METER_TOLERANCE_DB
        if is_below and facts.off_by <= c.TOLERANCE_LU / 2:
            break
        if not is_below:
            ceiling -= facts.true_peak_dbtp - c.CEILING_DBTP + 0.2
        target += float(np.clip(c.TARGET_LUFS - facts.loudness_lufs, -1.0, 1.0))
    report(1.0)
    return path, facts


def _in_pieces(pieces: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Cut into pieces of one size, the last shorter."""
    held: list[NDArray[np.float32]] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= PIECE:
            joined = np.concatenate(held)
            whole = len(joined) // PIECE * PIECE
            for start in range(0, whole, PIECE):
                yield joined[start : start + PIECE]
            held, length = [joined[whole:]], len(joined) - whole
    if length:
        yield np.concatenate(held)
