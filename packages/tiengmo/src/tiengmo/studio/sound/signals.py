"""The sounds that belong to the studio itself: the mõ before a voice, and the tone after it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from tiengmo.voices.audio.constants import RATE, TARGET_LUFS
from tiengmo.voices.audio.loudness import measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The old village wooden bell: knocks that come closer together, then one alone.
_KNOCKS = (0.0, 0.42, 0.74, 0.98, 1.14, 1.26, 1.75)
_JINGLE_SECONDS = 2.4
_TONE_SECONDS = 1.2


@cache
def jingle() -> NDArray[np.float32]:
    """Seven knocks on a mõ, 2.4 s."""
    time = np.arange(int(0.35 * RATE)) / RATE
    knock = np.exp(-time * 28) * (
        np.sin(2 * np.pi * 620 * time)
        + 0.5 * np.sin(2 * np.pi * 1330 * time) * np.exp(-time * 30)
        + 0.25 * np.sin(2 * np.pi * 2210 * time) * np.exp(-time * 60)
    )
    knock[: RATE // 1000] *= np.linspace(0, 1, RATE // 1000)
    sound = np.zeros(int(_JINGLE_SECONDS * RATE))
    for at in _KNOCKS:
        begin = int(at * RATE)
        sound[begin : begin + len(knock)] += knock[: len(sound) - begin]
    return _brought(sound)


@cache
def end_tone() -> NDArray[np.float32]:
    """Two falling notes, 1.2 s."""
    time = np.arange(int(_TONE_SECONDS * RATE)) / RATE
    sound = np.zeros_like(time)
    for at, pitch in ((0.05, 660.0), (0.45, 440.0)):
        own = np.clip(time - at, 0, None)
        sound += np.where(time >= at, np.sin(2 * np.pi * pitch * own) * np.exp(-own * 6), 0) * (
            1 - np.exp(-own * 400)
        )
    return _brought(sound)


def _brought(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    """At our loudness, or as near as its peaks allow."""
    whole = sound.astype(np.float32)
    lift = 10 ** ((TARGET_LUFS - measure(whole)) / 20)
    lift = min(lift, 0.6 / float(np.max(np.abs(whole))))
    given: NDArray[np.float32] = (whole * lift).astype(np.float32)
    return given
