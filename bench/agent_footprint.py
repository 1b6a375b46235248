"""What the agent needs: memory, processor, start-up; one box, and a fleet in one process.

The limit beside it is a bare Python process that imports the same libraries and holds the same
number of MQTT connections, with the same keepalive, and does nothing.

    python bench/agent_footprint.py [--boxes 300] [--idle-seconds 20]
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.agent_peer import Peer, opus, speechlike

TICKS = os.sysconf("SC_CLK_TCK")
BARE = """
import asyncio, sys
import aiomqtt, av, httpx, numpy, pydantic, sqlite3, cryptography
async def hold(number, port):
    async with aiomqtt.Client("127.0.0.1", port, identifier=f"bare-{number}", keepalive=15):
        await asyncio.Future()
async def main(count, port):
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(hold(number, port))
            if number % 10 == 9:
                await asyncio.sleep(0.1)
asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""


def memory_mb(pid: int, what: str = "VmRSS") -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(what)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def cpu_percent(pid: int, seconds: float) -> float:
    used, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_seconds(pid) - used) / (time.monotonic() - began) * 100


async def spawn(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, *arguments)


async def end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.wait()


async def bare(peer: Peer, boxes: int, idle: float) -> dict[str, float]:
    process = await spawn("-c", BARE, str(boxes), str(peer.broker.port))
    await asyncio.sleep(3 + boxes / 60)
    found = {
        "rss_mb": memory_mb(process.pid),
        "idle_cpu_percent": await cpu_percent(process.pid, idle),
    }
    await end(process)
    return found


async def agents(peer: Peer, folder: Path, boxes: int, idle: float) -> dict[str, float]:
    prefix = f"F{boxes}"
    states = peer.make_boxes(boxes, shared=folder / prefix, prefix=prefix)
    began = time.monotonic()
    process = await spawn(
        *("-m", "speaker_agent", "run", "--output", "wav", "--shared", str(folder / prefix)),
        *[part for state in states for part in ("--state", str(state))],
    )
    names = {state.name for state in states}
    found: dict[str, float] = {}
    await peer.until(lambda: names <= set(peer.statuses), seconds=120)
    found["start_up_seconds"] = time.monotonic() - began
    await peer.until(
        lambda: all(peer.statuses[name].time_is_trusted for name in names), seconds=120
    )
    found["all_know_the_time_seconds"] = time.monotonic() - began
    await asyncio.sleep(20)
    found["rss_mb"] = memory_mb(process.pid)
    found["idle_cpu_percent"] = await cpu_percent(process.pid, idle)
    sound = opus(speechlike(60, seed=boxes))
    item = peer.item(sound, at=peer.now() + timedelta(seconds=15), duration_ms=60_000)
    published = time.monotonic()
    await peer.publish_schedule(item)
    await peer.until(lambda: _held(peer, item.id) == boxes, seconds=60)
    found["published_to_last_held_seconds"] = time.monotonic() - published
    await asyncio.sleep(max(0, published + 20 - time.monotonic()))
    found["playing_cpu_percent"] = await cpu_percent(process.pid, 20)
    found["playing_rss_mb"] = memory_mb(process.pid)
    await peer.until(lambda: _played(peer, item.id) == boxes, seconds=90)
    reports = [body for _, body in peer.heard["play_report"] if body.item_id == item.id]
    found["worst_start_error_ms"] = max(abs(body.start_error_ms) for body in reports)
    found["underruns"] = sum(body.underruns for body in reports)
    found["peak_rss_mb"] = memory_mb(process.pid, "VmHWM")
    await end(process)
    return found


def _held(peer: Peer, item_id: str) -> int:
    return sum(body.item_id == item_id for _, body in peer.heard["held"])


def _played(peer: Peer, item_id: str) -> int:
    return sum(body.item_id == item_id for _, body in peer.heard["play_report"])


async def main(boxes: int, idle: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = Peer(folder)
        results = {}
        async with peer.connected():
            for count in (1, boxes):
                results[f"bare {count}"] = await bare(peer, count, idle)
                results[f"agent {count}"] = await agents(peer, folder, count, idle)
        peer.close()
    for name, row in results.items():
        print(name)
        for what, value in row.items():
            print(f"    {what:32}{value:10.2f}")
    print(json.dumps(results))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", type=int, default=300)
    parser.add_argument("--idle-seconds", type=float, default=20.0)
    options = parser.parse_args()
    asyncio.run(main(options.boxes, options.idle_seconds))
