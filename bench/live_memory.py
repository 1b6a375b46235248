"""Memory while one takeover is on air: the playout process, and the agent that plays it.

Starts a demo of its own (Mosquitto, database, web, worker, gateway, playout, boxes in one agent
process), speaks into it as a browser does for the asked time, and looks at what is resident.

    python -m bench.live_memory [--minutes 60] [--boxes 2] [--output null]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from bench.live_latency import _use_demo, encoded, in_real_time

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

RATE = 48_000
TALK_SECONDS = 30
PROCESSES = {"playout": "tiengmo.config.cli playout", "agent": "tiengmo.config.cli demo-boxes"}
# Caches fill and threads take their stacks: what comes after this is growth.
WARM_UP_SHARE = 0.25


class Endless:
    """As many minutes of the same talk, in the memory of half a minute."""

    def __init__(self, talk: np.ndarray, seconds: float) -> None:
        self.talk, self.seconds = talk, seconds

    def __len__(self) -> int:
        return int(self.seconds * RATE)

    def __getitem__(self, where: tuple[None, slice]) -> np.ndarray:
        _, part = where
        begin = part.start % len(self.talk)
        return self.talk[None, begin : begin + part.stop - part.start]


def resident_mb(home: Path) -> dict[str, tuple[float, float]]:
    """By process of this demo, all and its own; the heaviest where a starter stands before it."""
    found: dict[str, tuple[float, float]] = {}
    for process in psutil.process_iter(["cmdline", "environ", "memory_info"]):
        if (process.info["environ"] or {}).get("TIENGMO_HOME") != str(home):
            continue
        line = " ".join(process.info["cmdline"] or [])
        for name, mark in PROCESSES.items():
            if mark in line:
                memory = process.info["memory_info"]
                # Without what it shares with the files it maps, which the system may drop any time.
                size = (memory.rss / 2**20, (memory.rss - memory.shared) / 2**20)
                found[name] = max(size, found.get(name, size))
    return found


def on_air(home: Path) -> str:
    """How many boxes say that they play something."""
    statuses = list((home / "boxes").glob("BX*/status.json"))
    playing = [s for s in statuses if json.loads(s.read_text()).get("playing_item")]
    return f"{len(playing)} of {len(statuses)}"


def slope(samples: list[tuple[float, float]]) -> float:
    """MB an hour, by least squares, without the warm-up."""
    later = samples[int(len(samples) * WARM_UP_SHARE) :]
    at, size = np.array(later).T
    return float(np.polyfit(at / 3600, size, 1)[0])


async def watch(home: Path, minutes: float) -> dict[str, list[tuple[float, float]]]:
    """Look every five minutes, and no less than twelve times."""
    pause = min(300.0, minutes * 60 / 12)
    series: dict[str, list[tuple[float, float]]] = {name: [] for name in PROCESSES}
    names = " MB (its own) | ".join(PROCESSES)
    print(f"| minute | {names} MB (its own) | boxes that play |")
    print("|---:|---:|---:|---:|", flush=True)
    began = time.monotonic()
    while True:
        passed = time.monotonic() - began
        sizes = resident_mb(home)
        for name, (size, _own) in sizes.items():
            series[name].append((passed, size))
        gone = (float("nan"), float("nan"))
        looked = [sizes.get(name, gone) for name in PROCESSES]
        row = " | ".join(f"{size:.1f} ({own:.1f})" for size, own in looked)
        print(f"| {passed / 60:.1f} | {row} | {on_air(home)} |", flush=True)
        if passed >= minutes * 60 - 1:
            return series
        await asyncio.sleep(pause)


async def speak(home: Path, minutes: float) -> dict[str, list[tuple[float, float]]]:
    import websockets
    from asgiref.sync import sync_to_async
    from django.conf import settings
    from tiengmo.people.models import User
    from tiengmo.places.queries import unit_by_code
    from tiengmo.studio import actions, tokens
    from tiengmo.studio.tests.factories import speech

    by = await User.objects.aget(username="trucdai")
    station = await sync_to_async(unit_by_code)("082")
    takeover = await sync_to_async(actions.take_over_live)(
        station,
        by=by,
        areas=["082"],
        title="Đo bộ nhớ",
        has_jingle=False,
        minutes=int(minutes) + 5,
    )
    address = f"ws://127.0.0.1:{settings.STUDIO_PORT}/studio/1/microphone"
    token = tokens.give(takeover.pk, by.pk)
    options = {"live": "1", "cluster_time_limit": "100", "flush_packets": "1"}
    talk = Endless(speech(TALK_SECONDS, seed=5), minutes * 60 + 30)
    async with websockets.connect(f"{address}?token={token}", origin=settings.PUBLIC_URL) as line:

        async def listen() -> None:
            async for _told in line:
                pass

        listening = asyncio.create_task(listen())
        speaking = asyncio.create_task(in_real_time(encoded(talk, "webm", options), line.send))
        await asyncio.sleep(10)
        series = await watch(home, minutes)
        speaking.cancel()
        listening.cancel()
        await line.send('{"type": "stop"}')
        await asyncio.gather(speaking, listening, return_exceptions=True)
    return series


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--boxes", type=int, default=2)
    parser.add_argument("--output", default="null", choices=["null", "wav"])
    asked = parser.parse_args()
    from running_system import running_system

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with running_system(home, boxes=asked.boxes, output=asked.output):
            os.environ["TIENGMO_HOME"] = str(home)
            _use_demo()
            series = asyncio.run(speak(home, asked.minutes))
    print("\n| | from | to | MB an hour after the warm-up | target |\n|---|---:|---:|---:|---:|")
    for name, samples in series.items():
        first, last = samples[0][1], samples[-1][1]
        print(f"| {name} | {first:.1f} | {last:.1f} | {slope(samples):+.2f} | ≤ 1 |")
    print(
        "\nThe slope is fitted without the first quarter. A page more or less is 0.004 MB, so under"
        "\nhalf an hour the slope says little: 0.1 MB in three minutes would be 2 MB an hour."
    )


if __name__ == "__main__":
    main()
