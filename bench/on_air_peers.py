"""Start error and spread: our boxes, Liquidsoap and Snapcast on one host in one run.

The boxes are real agents whose files are cross-correlated with the sound before encoding.
Liquidsoap plays such items at whole seconds in each of its two usual ways; Snapcast's clients
receive one stream that holds them. What the peers put out is stamped when it leaves the process, as
a listener without any buffer would hear it: no sound card of theirs is counted.

    python -m bench.on_air_peers [--boxes 12] [--items 10] [--busy]

Needs Debian's liquidsoap, snapserver and snapclient.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bench.agent_peer import speechlike
from bench.start_error import SECONDS, run_boxes, summary, where

NEEDED = ("liquidsoap", "snapserver", "snapclient")
PEER_RATE = 48_000
GAP = 1.0
SCRIPT = """
set("log.stdout", true)
set("log.level", 3)
set("init.allow_root", true)
set("server.socket", true)
set("server.socket.path", "{socket}")
queue = request.queue(id="q")
{switch}
output.file(%wav(stereo=false, samplerate={rate}), fallible=false, flush=true, "{out}", on_air)
"""


class BrokenUp(Exception):
    """What a peer put out at an instant is not the sound it was given."""


@dataclass
class Tap:
    """Everything that left a process, and when each piece of it did."""

    stream: BinaryIO
    rate: int
    channels: int = 1
    skip: int = 0
    pieces: list[tuple[float, np.ndarray]] = field(default_factory=list)

    def run(self) -> None:
        rest = b""
        while raw := os.read(self.stream.fileno(), 1 << 16):
            at = time.monotonic()
            raw = rest + raw
            if self.skip:
                cut = min(self.skip, len(raw))
                raw, self.skip = raw[cut:], self.skip - cut
            whole = len(raw) // (2 * self.channels) * 2 * self.channels
            rest = raw[whole:]
            pcm = np.frombuffer(raw[:whole], np.int16).reshape(-1, self.channels)[:, 0]
            if len(pcm):
                self.pieces.append((at, pcm))

    def error_ms(self, instant: float, sound: np.ndarray) -> float:
        """How long after `instant` the sound began to leave."""
        near = [piece for piece in self.pieces if instant - 2 < piece[0] < instant + SECONDS + 3]
        if not near:
            raise BrokenUp
        line = np.concatenate([pcm for _at, pcm in near]).astype(np.float64)
        place, alike = where(line, sound)
        if alike < 0.8:
            raise BrokenUp
        # Both play at a steady pace, and whoever reads may only be late: the earliest piece tells.
        begun, origin = 0, np.inf
        for at, pcm in near:
            origin = min(origin, at - begun / self.rate)
            begun += len(pcm)
        return (origin + place / self.rate - instant) * 1000


def wav(path: Path, sound: np.ndarray) -> Path:
    import av

    with av.open(str(path), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=PEER_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            sound.astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = PEER_RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return path


def at_wall(instant: float) -> float:
    return time.time() + instant - time.monotonic()


def liquidsoap(folder: Path, sounds: list[np.ndarray], is_switched: bool) -> list[list[float]]:
    """By its own clock predicates (whole seconds), or pushed through its socket at the instant."""
    folder.mkdir()
    files = [wav(folder / f"{number}.wav", sound) for number, sound in enumerate(sounds)]
    first = np.ceil(time.time() + 12) - time.time() + time.monotonic()
    instants = [first + number * (np.ceil(SECONDS + GAP)) for number in range(len(sounds))]
    switch = "on_air = fallback(track_sensitive=false, [queue, blank()])"
    if is_switched:
        rows = []
        for instant, file in zip(instants, files, strict=True):
            began = round(at_wall(instant))
            hours = f"{clock_of(began)}-{clock_of(began + int(SECONDS))}"
            rows.append(f'({{ {hours} }}, once(single("{file}")))')
        switch = (
            f"timed = switch(track_sensitive=false, [{', '.join(rows)}])\n"
            "on_air = fallback(track_sensitive=false, [timed, queue, blank()])"
        )
    pipe = folder / "out"
    os.mkfifo(pipe)
    script = folder / "station.liq"
    script.write_text(
        SCRIPT.format(socket=folder / "socket", switch=switch, rate=PEER_RATE, out=pipe)
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(["liquidsoap", str(script)], stdout=log, stderr=log)
    try:
        tap = Tap(opened(pipe, process), PEER_RATE, skip=44)
        reader = threading.Thread(target=tap.run, daemon=True)
        reader.start()
        for instant, file in zip(instants, files, strict=True):
            time.sleep(max(0, instant - time.monotonic()))
            if not is_switched:
                push(folder / "socket", file)
        time.sleep(SECONDS + 3)
    finally:
        process.terminate()
        process.wait(20)
    return [row_of([tap], i, s) for i, s in zip(instants, sounds, strict=True)]


def clock_of(instant: int) -> str:
    told = time.localtime(instant)
    return f"{told.tm_hour}h{told.tm_min}m{told.tm_sec}s"


def opened(pipe: Path, process: subprocess.Popen[bytes]) -> BinaryIO:
    """The reading end, once the other side writes; an error when it has ended instead."""
    found = os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
    while not select.select([found], [], [], 0.5)[0]:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended: see {pipe.parent / 'log'}")
    os.set_blocking(found.fileno(), True)
    return found


def push(path: Path, file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.sendall(f"q.push {file}\nquit\n".encode())
        while line.recv(4096):
            pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def snapcast(folder: Path, sounds: list[np.ndarray], clients: int) -> list[list[float]]:
    """One stream into a pipe in real time; its start error is its buffer, so only spread counts."""
    folder.mkdir()
    pipe = folder / "in"
    os.mkfifo(pipe)
    port, control, http = free_port(), free_port(), free_port()
    config = folder / "snapserver.conf"
    config.write_text(
        f"[server]\ndatadir={folder}\n[http]\nenabled=false\nport={http}\n[tcp]\nenabled=false\n"
        f"port={control}\n[stream]\nport={port}\ncodec=pcm\n"
        f"source=pipe://{pipe}?name=village&sampleformat={PEER_RATE}:16:2&mode=read\n"
    )
    running = []
    taps = []
    log = (folder / "log").open("w")
    try:
        running.append(subprocess.Popen(["snapserver", "-c", str(config)], stdout=log, stderr=log))
        time.sleep(1.5)
        for number in range(clients):
            client = subprocess.Popen(
                [
                    *("snapclient", "-h", "127.0.0.1", "-p", str(port), "--logsink", "null"),
                    *("--hostID", f"box{number}", "-i", str(number + 1)),
                    *("--player", "file:filename=stdout"),
                ],
                stdout=subprocess.PIPE,
                stderr=log,
            )
            running.append(client)
            taps.append(Tap(client.stdout, PEER_RATE, channels=2))
            threading.Thread(target=taps[-1].run, daemon=True).start()
        instants = feed(pipe, sounds)
        time.sleep(SECONDS + 3)
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(20)
        log.close()
    return [
        row_of(taps, instant + 1.0, sound)  # its buffer: a second
        for instant, sound in zip(instants, sounds, strict=True)
    ]


def row_of(taps: list[Tap], instant: float, sound: np.ndarray) -> list[float]:
    """Each one's error in ms; nothing for an item that one of them broke up."""
    try:
        return [tap.error_ms(instant, sound) for tap in taps]
    except BrokenUp:
        return []


def judged(play, folder: Path, sounds: list[np.ndarray], how: int) -> tuple[dict, int]:
    """Summary of the items that came out whole, and how many did not."""
    rows = play(folder, sounds, how)
    whole = [row for row in rows if row]
    return (summary(whole) if whole else {}), len(rows) - len(whole)


def feed(pipe: Path, sounds: list[np.ndarray]) -> list[float]:
    """Silence and sounds in pieces of 20 ms, each at its time; when each sound went in."""
    step = PEER_RATE // 50
    gap = np.zeros(int(PEER_RATE * (np.ceil(SECONDS + GAP) - SECONDS)), np.int16)
    lead = np.zeros(PEER_RATE * 12, np.int16)  # its clients settle first
    line, starts, length = [lead], [], len(lead)
    for sound in sounds:
        starts.append(length)
        line += [sound.astype(np.int16), gap]
        length += len(sound) + len(gap)
    pcm = np.repeat(np.concatenate([*line, gap, gap])[:, None], 2, axis=1)
    with pipe.open("wb", buffering=0) as out:
        began = time.monotonic()
        for place in range(0, len(pcm), step):
            time.sleep(max(0, began + place / PEER_RATE - time.monotonic()))
            out.write(pcm[place : place + step].tobytes())
    return [began + start / PEER_RATE for start in starts]


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def busy() -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", type=int, default=12)
    parser.add_argument("--items", type=int, default=10)
    parser.add_argument("--busy", action="store_true", help="keep every core busy meanwhile")
    options = parser.parse_args()
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)}")
    sounds = [speechlike(SECONDS, seed=seed) for seed in range(options.items)]
    others = busy() if options.busy else []
    rows = []
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ours = asyncio.run(
                run_boxes(made(folder / "boxes"), options.boxes, options.items, os.cpu_count() or 1)
            )
            rows.append((f"{options.boxes} boxes of ours", ours.boxes, 0))
            rows.append(("a bare loop that writes at the instant", ours.bare, 0))
            for is_switched, how in ((True, "its clock"), (False, "pushed at the instant")):
                rows.append(
                    (
                        f"Liquidsoap, {how}",
                        *judged(liquidsoap, folder / f"liq{is_switched}", sounds, is_switched),
                    )
                )
            rows.append(
                (
                    f"{options.boxes} Snapcast clients",
                    *judged(snapcast, folder / "snap", sounds, options.boxes),
                )
            )
    finally:
        for one in others:
            one.kill()
            with contextlib.suppress(ChildProcessError):
                one.wait()
    print("| ms | start error median | p99 | spread median | worst | items broken up |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, row, broken in rows:
        shown = []
        # Snapcast's start is its buffer; one Liquidsoap and the loop have nobody to be apart from.
        for key, is_meant in (
            ("median_ms", "Snapcast" not in name),
            ("p99_abs_ms", "Snapcast" not in name),
            ("spread_median_ms", "boxes" in name or "Snapcast" in name),
            ("spread_worst_ms", "boxes" in name or "Snapcast" in name),
        ):
            shown.append(f"{row[key]:.2f}" if is_meant and row else "–")
        print(f"| {name} | {' | '.join(shown)} | {broken} |")
    print(f"{'every core kept busy, ' if options.busy else ''}load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
