"""Sounds that say which item they are and which second of it, and the ear that hears it again.

Every sound is three steady tones: two name the item, the third moves on every second. Whatever a
loudspeaker's recording holds can so be told apart without asking anybody what was played.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SECONDS_NAMED = 24
ITEMS_NAMED = 144
# Above every item's number: what is not planned but spoken.
LIVE, ALERT = 1000, 2000
SILENCE, OTHER = -1, -2

HOP_SECONDS, WINDOW_SECONDS = 0.02, 0.04
# Full scale is 1. A box at 10 % volume is far above, an empty line far below.
QUIETEST = 1e-4
# Share of a window's power that the three tones must hold.
PLAINLY = 0.6

_FIRST = {LIVE: 550.0, ALERT: 400.0}
_ITEM = [700.0 + 100 * n for n in range(12)]
_SECOND = [2000.0 + 100 * n for n in range(12)]
_PLACE = [3400.0 + 100 * n for n in range(SECONDS_NAMED)]


def tones(number: int, second: int) -> tuple[float, float, float]:
    """The three frequencies of one second of an item."""
    kind = number // 1000 * 1000
    rest = number - kind
    first = _FIRST[kind] if kind else _ITEM[rest % 12]
    return first, _SECOND[rest % 12 if kind else rest // 12], _PLACE[second % SECONDS_NAMED]


def sound_of(number: int, *, first: int, seconds: int, rate: int) -> NDArray[np.int16]:
    """The named seconds of an item. Whole seconds hold whole waves, so they join without a click."""
    time = np.arange(rate) / rate
    parts = [
        sum(np.sin(2 * np.pi * hertz * time) for hertz in tones(number, second))
        for second in range(first, first + seconds)
    ]
    return (np.concatenate(parts) * (0.2 * 32767)).astype(np.int16)


def write_sound(path: Path, number: int, *, seconds: int, rate: int = 48_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound_of(number, first=0, seconds=seconds, rate=rate).tobytes())
    return path


@dataclass(frozen=True)
class Heard:
    """What each window of a recording holds; window n is centred at `begins + n * HOP_SECONDS`."""

    begins: float
    number: NDArray[np.int32]
    second: NDArray[np.int32]

    def times(self) -> NDArray[np.float64]:
        return self.begins + np.arange(len(self.number)) * HOP_SECONDS

    def between(self, start: float, end: float) -> slice:
        first = int(np.ceil((start - self.begins) / HOP_SECONDS))
        last = int(np.ceil((end - self.begins) / HOP_SECONDS))
        return slice(max(0, first), max(0, last))


def hear(samples: NDArray[np.float32], rate: int, *, begins: float = 0.0) -> Heard:
    """Name every window of a recording; `begins` is the instant of its first sample."""
    size, hop = round(WINDOW_SECONDS * rate), round(HOP_SECONDS * rate)
    if len(samples) < size:
        nothing = np.zeros(0, np.int32)
        return Heard(begins, nothing, nothing)
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    pieces = [_name(windows[at : at + 5000], rate) for at in range(0, len(windows), 5000)]
    return Heard(
        begins + WINDOW_SECONDS / 2,
        np.concatenate([number for number, _ in pieces]),
        np.concatenate([second for _, second in pieces]),
    )


def _name(windows: NDArray[np.float32], rate: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    size = windows.shape[1]
    taper = np.hanning(size + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(windows * taper, axis=1)) ** 2
    # A tone on a bin shows in that bin and its two neighbours.
    near = power.copy()
    near[:, 1:] += power[:, :-1]
    near[:, :-1] += power[:, 1:]

    def strongest(hertz: list[float]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        found = near[:, [round(one * size / rate) for one in hertz]]
        return found.argmax(axis=1), found.max(axis=1)

    first, first_power = strongest([*_ITEM, _FIRST[LIVE], _FIRST[ALERT]])
    second, second_power = strongest(_SECOND)
    place, place_power = strongest(_PLACE)
    total = power.sum(axis=1) + 1e-20
    is_plain = (first_power + second_power + place_power) / total > PLAINLY
    loudness = np.sqrt((windows.astype(np.float64) ** 2).mean(axis=1))
    number = np.where(
        first < len(_ITEM),
        first + 12 * second,
        np.where(first == len(_ITEM), LIVE, ALERT) + second,
    )
    number = np.where(is_plain, number, OTHER)
    number = np.where(loudness < QUIETEST, SILENCE, number)
    return number.astype(np.int32), np.where(number >= 0, place, -1).astype(np.int32)


def seconds_heard(heard: Heard, number: int, window: slice) -> NDArray[np.float64]:
    """How long each named second of an item was heard in a stretch of a recording."""
    seconds = heard.second[window][heard.number[window] == number]
    counted = np.bincount(seconds, minlength=SECONDS_NAMED)[:SECONDS_NAMED]
    return counted.astype(np.float64) * HOP_SECONDS
