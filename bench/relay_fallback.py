"""An upper station dies, hangs or falls silent: how long until the stated fallback is heard?

A real decoder pulls MP3 over HTTP from a station that fails on purpose; what would be played is
decoded from the segments and laid on the time line. Dead air is the longest stretch of nothing.

    python bench/relay_fallback.py [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiengmo.config.settings_test")
os.environ["TIENGMO_STUDIO_SOURCES_HERE"] = "1"  # the upper station is one of our own

RATE = 48_000
TONE_HERTZ = 1000.0


def tone(folder: Path) -> str:
    path = folder / "tone.wav"
    sound = (0.25 * np.sin(2 * np.pi * TONE_HERTZ * np.arange(RATE * 30) / RATE)) * 32767
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            sound.astype(np.int16)[None, :], format="s16", layout="mono"
        )
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
    return str(path)


async def one(fault: str, fallback: str) -> tuple[float, float]:
    from tiengmo.studio.tests.broadcast import first_tone, longest_silence
    from tiengmo.studio.tests.stations import Station
    from tiengmo.studio.tests.test_relay_source import OnAir, carried

    async with Station() as station, OnAir(carried(station.url, fallback)) as air:
        await asyncio.sleep(7)
        failed_at = station.fail(fault)
        await asyncio.sleep(7)
    first, line = air.broadcast.heard()
    heard = first_tone(line, TONE_HERTZ)
    if heard is None:
        raise SystemExit(f"{fault}: the fallback was never heard")
    return first + heard - failed_at, longest_silence(line[RATE:])


async def main() -> None:
    import django

    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print("| upper station | fallback heard after, s (median, worst) | dead air, s (worst) |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        fallback = tone(Path(folder))
        for fault in ("dead", "hung", "silent"):
            found = [await one(fault, fallback) for _round in range(rounds)]
            late = [seconds for seconds, _silence in found]
            dead_air = max(silence for _seconds, silence in found)
            print(f"| {fault} | {np.median(late):.2f}, {max(late):.2f} | {dead_air:.2f} |")


if __name__ == "__main__":
    asyncio.run(main())
