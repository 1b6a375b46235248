"""Stations with keys, people who operate them, and sound to send."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

RATE = 48_000


def speech(seconds: float, *, seed: int = 3, level: float = 0.25) -> np.ndarray:
    """Noise of a voice's band in syllables: it correlates with nothing but itself."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    syllables = (rng.random(count // 4800 + 2) > 0.3).repeat(4800)[:count]
    envelope = np.convolve(syllables, np.ones(960) / 960, "same")
    band = butter(4, [200, 3500], "bandpass", fs=RATE, output="sos")
    carrier = sosfilt(band, rng.standard_normal(count))
    sound = envelope * carrier / np.sqrt(np.mean(np.square(carrier))) * level
    return np.clip(sound, -0.95, 0.95).astype(np.float32)
