"""From any sound to the two files that go out: filtered, trimmed, at one loudness, checked.

The sound is worked on in a file beside the store, never whole in memory: an hour takes no more
memory than a minute.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfilt

from . import constants as c
from .decoding import samples as decoded
from .encoding import MP3, OPUS, Coding, Encoder
from .limiter import apply, gain_for
from .loudness import SILENCE_LUFS, Meter, energy
from .truepeak import block_peaks, decibels, true_peak

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Progress = Callable[[int], None]

PIECE = c.RATE * 4  # a multiple of SUB_BLOCK
HIGH_PASS = butter(2, c.HIGH_PASS_HZ, "highpass", fs=c.RATE, output="sos")
SILENT_LUFS = -60.0
# What is this much quieter than the loud parts, before the first and after the last word, is cut.
TRIM_BELOW_DB = 45.0
FADE_BLOCKS = 5
MOST_ROUNDS = 4


class SilentSound(Exception):
    """There is nothing to hear."""


@dataclass(frozen=True)
class Measured:
    duration_seconds: float
    loudness_lufs: float
    true_peak_dbtp: float


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

    pieces: mono at 48 kHz. progress is called with 0–100. Raises SilentSound.
    """
    with tempfile.TemporaryFile(dir=folder) as work:
        energies = _filter(pieces, work, lambda: progress(0))
        progress(5)
        first, last = _bounds(energies)
        sound = _Trimmed(_map(work), first, last)
        energies = sound.energies(energies)
        peaks = sound.peaks()
        progress(20)
        target, ceiling = c.TARGET_LUFS, c.CEILING_DBTP - c.CODEC_HEADROOM_DB
        for attempt in range(MOST_ROUNDS):
            gains = gain_for(peaks, energies, target_lufs=target, ceiling_db=ceiling)
            sound.fade(gains)
            paths = {coding: folder / f"{attempt}{coding.suffix}" for coding in (OPUS, MP3)}
            _encode(sound, gains, paths, lambda share: progress(20 + round(60 * share)))
            with ThreadPoolExecutor(len(paths)) as pool:
                facts = list(pool.map(measure, paths.values()))
            progress(95)
            peak = max(fact.true_peak_dbtp for fact in facts)
            loudness = max(
                (fact.loudness_lufs for fact in facts), key=lambda value: abs(value - c.TARGET_LUFS)
            )
            mean = sum(fact.loudness_lufs for fact in facts) / len(facts)
            is_quiet_enough = peak <= c.CEILING_DBTP
            if is_quiet_enough and abs(loudness - c.TARGET_LUFS) <= c.TOLERANCE_LU / 2:
                break
            if not is_quiet_enough:
                ceiling -= peak - c.CEILING_DBTP + 0.2
            target += float(np.clip(c.TARGET_LUFS - mean, -1.0, 1.0))
        progress(100)
        return Mastered(paths[OPUS], paths[MP3], sound.seconds, loudness, peak)


def measure(path: Path) -> Measured:
    """Decode a file and measure what a listener's machine gets, in bounded memory."""
    meter, peak, length = Meter(), 0.0, 0
    before = np.zeros(0, dtype=np.float32)
    for piece in _in_pieces(decoded(path)):
        meter.take(piece)
        length += len(piece)
        # Join with the end of the piece before, so that a peak at the seam is seen.
        peak = max(peak, true_peak(np.concatenate([before, piece])))
        before = piece[-c.BLOCK :]
    return Measured(length / c.RATE, meter.integrated(), decibels(peak))


def _filter(
    pieces: Iterable[NDArray[np.float32]], work: IO[bytes], tick: Callable[[], None]
) -> NDArray[np.float64]:
    """High-pass into the working file, and give the energy of every 10 ms."""
    state = np.zeros((len(HIGH_PASS), 2))
    meter = Meter()
    for piece in _in_pieces(pieces):
        filtered, state = sosfilt(HIGH_PASS, piece, zi=state)
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


def _map(work: IO[bytes]) -> NDArray[np.float32]:
    return np.memmap(work, dtype=np.float32, mode="r")


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


def _bounds(energies: NDArray[np.float64]) -> tuple[int, int]:
    """Give the first and one past the last 10 ms that hold sound."""
    loud = float(np.percentile(energies[energies > energy(SILENCE_LUFS)], 95))
    above = np.flatnonzero(energies > loud * 10 ** (-TRIM_BELOW_DB / 10))
    return int(above[0]), int(above[-1]) + 1


class _Trimmed:
    """A part of a sound with its stated silence before and after.

    Where the sound has something there (a breath, a room) that is kept, else digital silence.
    """

    def __init__(self, content: NDArray[np.float32], first: int, last: int) -> None:
        lead = round(c.LEAD_SECONDS * c.RATE) // c.SUB_BLOCK
        tail = round(c.TAIL_SECONDS * c.RATE) // c.SUB_BLOCK
        end = len(content) // c.SUB_BLOCK
        self._first, self._last = max(first - lead, 0), min(last + tail, end)
        self._before = lead - (first - self._first)
        self._after = tail - (self._last - last)
        self._content = content
        self.length = (self._before + self._last - self._first + self._after) * c.SUB_BLOCK

    @property
    def seconds(self) -> float:
        return self.length / c.RATE

    def energies(self, energies: NDArray[np.float64]) -> NDArray[np.float64]:
        kept = energies[self._first : self._last]
        return np.concatenate([np.zeros(self._before), kept, np.zeros(self._after)])

    def part(self, start: int, end: int) -> NDArray[np.float32]:
        """Give samples [start, end) of the trimmed sound."""
        result = np.zeros(end - start, dtype=np.float32)
        shift = (self._first - self._before) * c.SUB_BLOCK
        low = max(start + shift, self._first * c.SUB_BLOCK)
        high = min(end + shift, self._last * c.SUB_BLOCK)
        if low < high:
            result[low - shift - start : high - shift - start] = self._content[low:high]
        return result

    def pieces(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        for start in range(0, self.length, PIECE):
            yield start, self.part(start, min(start + PIECE, self.length))

    def peaks(self) -> NDArray[np.float32]:
        """Give the true peak of every millisecond."""
        found = []
        for start in range(0, self.length, PIECE):
            end = min(start + PIECE, self.length)
            # A millisecond either side, so that a peak at the seam is seen.
            low, high = max(start - c.BLOCK, 0), min(end + c.BLOCK, self.length)
            peaks = block_peaks(self.part(low, high))
            found.append(peaks[(start - low) // c.BLOCK : len(peaks) - (high - end) // c.BLOCK])
        return np.concatenate(found)

    def fade(self, gains: NDArray[np.float32]) -> None:
        """Start and end at nothing, so that a cut in room noise makes no click."""
        ramp = np.linspace(0, 1, FADE_BLOCKS + 1, dtype=np.float32)[:-1]
        gains[:FADE_BLOCKS] *= ramp
        gains[-FADE_BLOCKS:] *= ramp[::-1]


def _encode(
    sound: _Trimmed,
    gains: NDArray[np.float32],
    paths: dict[Coding, Path],
    progress: Callable[[float], None],
) -> None:
    """Write every file at once; the encoders run side by side (they let go of Python's lock)."""
    with ThreadPoolExecutor(len(paths)) as pool:
        encoders = [Encoder(path, coding) for coding, path in paths.items()]
        for encoder in encoders:
            encoder.__enter__()
        try:
            for start, piece in sound.pieces():
                knots = gains[start // c.BLOCK : (start + len(piece)) // c.BLOCK + 1]
                content = apply(piece, knots)
                for _ in pool.map(lambda encoder: encoder.take(content), encoders):  # noqa: B023
                    pass
                progress((start + len(piece)) / sound.length)
        except BaseException as error:
            for encoder in encoders:
                encoder.__exit__(type(error), error, None)
            raise
        for encoder in encoders:
            encoder.__exit__(None, None, None)
