"""How far from its instant a sound comes out, and how far apart neighbours are.

Real agents with the wav output play items over a real broker; the files are cross-correlated with
the sound as it was before encoding, so decoder delays count. In the same run, a bare loop that
sleeps until the instant and writes to the same kind of output shows what the host itself allows.

    python bench/start_error.py [--boxes 12] [--items 10] [--processes 1]
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from speaker_agent.outputs.wav import WavOutput
from speaker_agent.timing import Clock

from bench.agent_peer import Peer, opus, speechlike

RATE = 16_000
SECONDS = 2.0
TARGET_P99_MS, TARGET_SPREAD_MS = 20.0, 10.0


def at_low_rate(sound: np.ndarray) -> np.ndarray:
    """From 48 to 16 kHz without any delay: the spectrum is cut."""
    spectrum = np.fft.rfft(sound.astype(np.float64))
    count = len(sound) // 3
    return np.fft.irfft(spectrum[: count // 2 + 1], count) / 3


def where(recording: np.ndarray, sound: np.ndarray) -> tuple[float, float]:
    """Sample (with fraction) at which the sound begins, and how alike they are (1 is the same)."""
    size = 1 << (len(recording) + len(sound)).bit_length()
    product = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(sound, size))
    correlation = np.fft.irfft(product, size)[: len(recording)]
    peak = int(np.argmax(correlation))
    found = recording[peak : peak + len(sound)]
    norm = np.linalg.norm(found) * np.linalg.norm(sound[: len(found)])
    alike = float(np.dot(found, sound[: len(found)]) / norm) if norm else 0.0
    if 0 < peak < len(correlation) - 1:
        left, middle, right = correlation[peak - 1 : peak + 2]
        return peak + (left - right) / (2 * (left - 2 * middle + right)), alike
    return float(peak), alike


def read_wav(path: Path) -> tuple[np.ndarray, float]:
    """Samples, and the monotonic instant of the first."""
    # The header is renewed every ten seconds; the file itself goes on behind it.
    samples = np.fromfile(path, np.int16, offset=44).astype(np.float64)
    return samples, json.loads(path.with_suffix(".json").read_text())["monotonic"]


def measure(
    folders: list[Path], instants: list[float], sounds: list[np.ndarray]
) -> list[list[float]]:
    """Start error in ms, by item and box. `instants` are readings of the monotonic counter."""
    table = []
    recordings = [read_wav(max(folder.glob("heard-*.wav"))) for folder in folders]
    for instant, sound in zip(instants, sounds, strict=True):
        row = []
        for samples, origin in recordings:
            around = max(0, int((instant - origin - 1.5) * RATE))
            window = samples[around : around + int((SECONDS + 3.5) * RATE)]
            place, alike = where(window, sound)
            if alike < 0.8:
                raise SystemExit(f"the sound is not in the recording (likeness {alike:.2f})")
            row.append((origin + (around + place) / RATE - instant) * 1000)
        table.append(row)
    return table


def bare_loop(folder: Path, instants: list[float], sounds: list[np.ndarray]) -> None:
    """Sleep until the instant, then write: what the operating system allows."""
    output = WavOutput(Clock(), folder=folder, rate=RATE)
    for instant, sound in zip(instants, sounds, strict=True):
        time.sleep(max(0, instant - time.monotonic()))
        output.start()
        output.write(sound.astype(np.int16))
        time.sleep(SECONDS + 0.1)
        output.rest(time.monotonic())
    output.close()


def summary(table: list[list[float]]) -> dict[str, float]:
    errors = np.array(table)
    return {
        "median_ms": float(np.median(errors)),
        "p99_abs_ms": float(np.percentile(np.abs(errors), 99)),
        "worst_ms": float(errors.flat[np.argmax(np.abs(errors))]),
        "spread_median_ms": statistics.median(np.ptp(errors, axis=1)),
        "spread_worst_ms": float(np.ptp(errors, axis=1).max()),
    }


@dataclass(frozen=True)
class Found:
    """Summaries of the boxes and of the bare loop; what the boxes say of themselves, in ms."""

    boxes: dict[str, float]
    bare: dict[str, float]
    said: list[float]
    dry_runs: int


async def run_boxes(folder: Path, boxes: int, items: int, processes: int) -> Found:
    peer = Peer(folder)
    originals = [speechlike(SECONDS, seed=seed) for seed in range(items)]
    low = [at_low_rate(sound) for sound in originals]
    running: list[asyncio.subprocess.Process] = []
    try:
        async with peer.connected():
            shares = [
                peer.make_boxes(
                    len(range(number, boxes, processes)),
                    shared=folder / f"shared-{number}",
                    prefix=f"P{number}",
                )
                for number in range(processes)
            ]
            for number, states in enumerate(shares):
                running.append(
                    await asyncio.create_subprocess_exec(
                        *(sys.executable, "-m", "speaker_agent", "run", "--output", "wav"),
                        *("--shared", str(folder / f"shared-{number}")),
                        *[part for state in states for part in ("--state", str(state))],
                    )
                )
            await peer.until(lambda: len(peer.statuses) == boxes, seconds=60)
            await asyncio.sleep(8)  # the second burst of time questions, as in any longer life
            first = time.time() + 6
            starts = [first + number * (SECONDS + 1.37) for number in range(items)]
            starts = [round(start, 3) for start in starts]
            wall_minus_monotonic = time.time() - time.monotonic()
            await peer.publish_schedule(
                *(
                    peer.item(
                        opus(sound),
                        at=datetime.fromtimestamp(start, UTC),
                        duration_ms=int(SECONDS * 1000),
                        start_before=datetime.fromtimestamp(start, UTC) + timedelta(minutes=1),
                    )
                    for start, sound in zip(starts, originals, strict=True)
                )
            )
            instants = [start - wall_minus_monotonic for start in starts]
            bare = threading.Thread(target=bare_loop, args=(folder / "bare", instants, low))
            bare.start()
            await peer.until(
                lambda: len(peer.heard["play_report"]) == boxes * items,
                seconds=items * (SECONDS + 1.4) + 40,
            )
            bare.join()
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
        peer.close()
    states = [state / "heard" for share in shares for state in share]
    return Found(
        summary(measure(states, instants, low)),
        summary(measure([folder / "bare"], instants, low)),
        [abs(body.start_error_ms) for _, body in peer.heard["play_report"]],
        sum(body.underruns for _, body in peer.heard["play_report"]),
    )


def tell(found: Found, *, boxes: int, items: int, processes: int) -> None:
    ours = found.boxes
    print(f"{boxes} boxes in {processes} process(es), {items} items of {SECONDS:g} s")
    print(f"{'':14}{'median':>10}{'p99':>10}{'worst':>10}{'spread med':>12}{'spread max':>12}")
    for name, row in (("boxes", ours), ("bare loop", found.bare)):
        print(
            f"{name:14}"
            + "".join(
                f"{value:{w}.3f}"
                for value, w in zip(row.values(), (10, 10, 10, 12, 12), strict=True)
            )
        )
    print(
        f"the boxes themselves say: p99 {np.percentile(found.said, 99):.3f} ms;"
        f" underruns {found.dry_runs}"
    )
    print(json.dumps({"boxes": ours, "bare_loop": found.bare, "underruns": found.dry_runs}))
    ok = ours["p99_abs_ms"] <= TARGET_P99_MS and ours["spread_worst_ms"] <= TARGET_SPREAD_MS
    print(
        f"targets p99 <= {TARGET_P99_MS:g} ms, spread <= {TARGET_SPREAD_MS:g} ms:",
        "met" if ok else "MISSED",
    )
    sys.exit(0 if ok else 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", type=int, default=12)
    parser.add_argument("--items", type=int, default=10)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        processes = max(1, options.processes)
        found = asyncio.run(run_boxes(Path(folder), options.boxes, options.items, processes))
    tell(found, boxes=options.boxes, items=options.items, processes=processes)


if __name__ == "__main__":
    main()
