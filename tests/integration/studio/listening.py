"""What a box's own recording says of a voice that was spoken into a browser."""

from __future__ import annotations

import json
import time
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from running_system import recorded
from scipy.signal import resample_poly, sosfilt
from tiengmo.studio.tests.factories import RATE, speech
from tiengmo.voices.audio.mastering import FILTERS

if TYPE_CHECKING:
    from pathlib import Path

SILENCE_SECONDS, SPEECH_SECONDS = 1.2, 4.8

# Each opening of Chromium's fake microphone begins its file anew: the page's own must be shared.
SHARE_MICROPHONE = """(() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (asked) => (window.__microphone = await open(asked));
})()"""

# Runs in the page beside the recorder: when did the microphone hear a word after a pause?
ONSETS = """async () => {
  const stream = window.__microphone;
  const context = new AudioContext(), analyser = context.createAnalyser();
  analyser.fftSize = 256;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(256);
  let quiet = performance.now();
  window.__onsets = [];
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, one) => sum + one * one, 0) / 256;
    if (Math.sqrt(power) < 0.01) return;
    const now = performance.now();
    if (now - quiet > 700) window.__onsets.push(Date.now() / 1000);
    quiet = now;
  }, 4);
}"""


def phrase() -> np.ndarray:
    """What the browser's microphone hears again and again: a pause, then somebody speaking."""
    pause = np.zeros(int(SILENCE_SECONDS * RATE), dtype=np.float32)
    return np.concatenate([pause, speech(SPEECH_SECONDS)])


def write_wav(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32767).astype(np.int16).tobytes())
    return path


@dataclass
class Recording:
    """Everything one box played; `origin` is the instant of its first sample on this machine."""

    samples: np.ndarray
    rate: int
    origin: float

    @classmethod
    def of(cls, path: Path) -> Recording:
        samples, rate = recorded(path)
        told = json.loads(path.with_suffix(".json").read_text())
        # The counter all processes of this machine share: the box's idea of the time is no part.
        origin = told["monotonic"] + time.time() - time.monotonic()
        return cls(samples.astype(np.float32) / 32768, rate, origin)

    def find(self, said: np.ndarray, *, around: float, within: float) -> tuple[float, float]:
        """Instant at which a piece of 48 kHz sound begins here, and how alike it is (1: the same).

        It is compared with the sound as the studio's filters leave it, which shift its phases.
        """
        filtered, _state = sosfilt(FILTERS, said, zi=np.zeros((len(FILTERS), 2)))
        wanted = resample_poly(filtered, self.rate, RATE)
        begin = max(0, int((around - self.origin) * self.rate))
        window = self.samples[begin : begin + int(within * self.rate) + len(wanted)]
        size = 1 << (len(window) + len(wanted)).bit_length()
        product = np.fft.rfft(window, size) * np.conj(np.fft.rfft(wanted, size))
        correlation = np.fft.irfft(product, size)[: len(window)]
        place = int(np.argmax(correlation))
        found = window[place : place + len(wanted)]
        norm = np.linalg.norm(found) * np.linalg.norm(wanted[: len(found)])
        alike = float(np.dot(found, wanted[: len(found)]) / norm) if norm else 0.0
        fraction = 0.0
        if 0 < place < len(correlation) - 1:
            left, middle, right = correlation[place - 1 : place + 2]
            fraction = (left - right) / (2 * (left - 2 * middle + right))
        return self.origin + (begin + place + fraction) / self.rate, alike

    def between(self, start: float, end: float) -> np.ndarray:
        first, last = (max(0, int((at - self.origin) * self.rate)) for at in (start, end))
        return self.samples[first:last]
