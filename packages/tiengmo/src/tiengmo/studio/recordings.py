"""The packets of a takeover as they went out, kept while it is on air: one file a stream."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import av
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATE = 48_000


def folder() -> Path:
    path: Path = settings.STUDIO_ROOT
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(takeover: str, stream: str, at: float) -> Path:
    """Files of one takeover sort by when their stream began."""
    return folder() / f"{takeover}.{int(at):011d}.{stream}.packets"


def files_of(takeover: str) -> list[Path]:
    return sorted(folder().glob(f"{takeover}.*.packets"))


def packets(path: Path) -> Iterator[bytes]:
    """Give the packets of a file; one that a killed process left half written ends it."""
    with path.open("rb") as file:
        while len(head := file.read(2)) == 2:  # noqa: PLR2004 - a length in two bytes
            (length,) = struct.unpack(">H", head)
            packet = file.read(length)
            if len(packet) < length:
                return
            yield packet


def write_flac(paths: list[Path], target: Path) -> float:
    """Decode streams one after the other into one file; give its seconds."""
    samples = 0
    with av.open(str(target), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for path in paths:
            decoder = av.CodecContext.create("libopus", "r")
            decoder.sample_rate = RATE  # type: ignore[attr-defined]
            decoder.layout = "mono"  # type: ignore[attr-defined]
            for content in packets(path):
                for frame in decoder.decode(av.Packet(content)):
                    for piece in resampler.resample(frame):
                        piece.pts = samples
                        samples += piece.samples
                        container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return samples / RATE
