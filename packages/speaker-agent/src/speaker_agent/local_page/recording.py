"""A telephone's recording becomes a sound as every other: Opus in Ogg, mono, about -18 LUFS."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.filter
import numpy as np

from speaker_agent.local_page.turned_away import TurnedAway
from speaker_agent.outputs.base import Pcm

RATE = 48_000
TARGET_LUFS = -18.0
# Peaks below -1.5 dBFS: what the encoder adds must fit as well.
CEILING = 10 ** (-3.0 / 20)
QUIETEST_LUFS = -60.0
MOST_GAIN_DB = 40.0
ROUNDS = 3
NEAR_ENOUGH_LU = 0.4
LONGEST_SECONDS = 180.0
SHORTEST_SECONDS = 0.5
BIT_RATE = 32_000
# What telephones record; none of these opens another file or address.
WHITELIST = "ogg,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,aac,mp3,wav,amr,caf"
RUMBLE = ("highpass", "f=80")
BLOCK = RATE


@dataclass(frozen=True)
class Recording:
    """A levelled sound, encoded, ready for the store."""

    encoded: bytes
    duration_ms: int
    loudness: float


def level(raw: bytes) -> Recording:
    """Decode, level, encode: seconds on a board, so never on the event loop.

    Raises TurnedAway: no sound that could be used.
    """
    samples = _decode(raw)
    if len(samples) < SHORTEST_SECONDS * RATE:
        raise TurnedAway("bad_upload", "too short")
    loudness = _measured(samples, RUMBLE)[1]
    if not loudness > QUIETEST_LUFS:
        raise TurnedAway("silent", f"{loudness:.0f} LUFS")
    gain = TARGET_LUFS - loudness
    encoded, duration_ms = b"", 0
    for _ in range(ROUNDS):
        gain = min(gain, MOST_GAIN_DB)
        limiter = f"limit={CEILING:.4f}:level=disabled:attack=5:release=50"
        volume = ("volume", f"volume={gain:.3f}dB:precision=float")
        shaped, _loudness = _measured(samples, RUMBLE, volume, ("alimiter", limiter))
        encoded, duration_ms = _encode(shaped), round(len(shaped) * 1000 / RATE)
        # Coding moves the loudness: what is heard is what was decoded.
        loudness = _measured(_decode(encoded))[1]
        if abs(loudness - TARGET_LUFS) <= NEAR_ENOUGH_LU or gain >= MOST_GAIN_DB:
            break
        gain += TARGET_LUFS - loudness
    return Recording(encoded, duration_ms, loudness)


def _decode(raw: bytes) -> Pcm:
    parts: list[Pcm] = []
    held = 0
    try:
        with av.open(
            io.BytesIO(raw), metadata_errors="ignore", options={"format_whitelist": WHITELIST}
        ) as container:
            if not container.streams.audio:
                raise TurnedAway("bad_upload", container.format.name)
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in _frames(container):
                for converted in resampler.resample(frame):
                    samples: Pcm = converted.to_ndarray().reshape(-1).astype(np.int16)
                    parts.append(samples)
                    held += len(samples)
                if held > LONGEST_SECONDS * RATE:
                    raise TurnedAway("bad_upload", "longer than three minutes")
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise TurnedAway("bad_upload", str(error)[:200]) from error
    return np.concatenate(parts) if parts else np.empty(0, np.int16)


def _frames(container: Any) -> Iterator[Any]:
    # A file cut short: what was decoded is judged by its length.
    with contextlib.suppress(av.InvalidDataError):
        yield from container.decode(container.streams.audio[0])
    yield None


def _measured(samples: Pcm, *filters: tuple[str, str]) -> tuple[Pcm, float]:
    """The samples behind these filters, and their loudness in LUFS (EBU R128)."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=RATE, format="s16", layout="mono", time_base=Fraction(1, RATE)
    )
    chain = [*filters, ("ebur128", "metadata=1"), ("aformat", "sample_fmts=s16:sample_rates=48000")]
    at = source
    for name, options in chain:
        following = graph.add(name, options)
        at.link_to(following)
        at = following
    sink = graph.add("abuffersink")
    at.link_to(sink)
    graph.configure()
    parts: list[Pcm] = []
    loudness = -120.0
    for start in [*range(0, len(samples), BLOCK), None]:
        source.push(None if start is None else _frame(samples[start : start + BLOCK], start))
        while True:
            try:
                frame: Any = sink.pull()
            except (av.BlockingIOError, av.EOFError):
                break
            parts.append(frame.to_ndarray().reshape(-1).astype(np.int16))
            loudness = float(frame.metadata.get("lavfi.r128.I", loudness))
    return (np.concatenate(parts) if parts else np.empty(0, np.int16)), loudness


def _frame(samples: Pcm, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE
    frame.pts = at
    return frame


def _encode(samples: Pcm) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE)
        stream.layout = "mono"
        stream.bit_rate = BIT_RATE
        stream.codec_context.options = {"compression_level": "5"}
        for start in range(0, len(samples), BLOCK):
            container.mux(stream.encode(_frame(samples[start : start + BLOCK], start)))
        container.mux(stream.encode(None))
    return target.getvalue()
