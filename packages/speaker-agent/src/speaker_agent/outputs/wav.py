"""A file that holds exactly what would have been heard, silence and lateness included."""

import contextlib
import json
import os
import struct
from pathlib import Path
from typing import IO

from speaker_agent.outputs.base import OutputFailed, Pcm
from speaker_agent.outputs.paced import PacedOutput
from speaker_agent.timing import Clock

HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
SAMPLE_BYTES = 2
ROTATE_BYTES = 256 * 1024 * 1024
HEADER_EVERY_SECONDS = 10.0
DESCRIBE_EVERY_SECONDS = 600.0


def _header(rate: int, size: int) -> bytes:
    return HEADER.pack(
        *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, rate),
        *(rate * SAMPLE_BYTES, SAMPLE_BYTES, 16, b"data", size),
    )


class WavOutput(PacedOutput):
    """`heard-0001.wav` and so on, each with a `.json` that says when its first sample was heard.

    Silence is left as a hole in the file, so a quiet day costs no disk. Old files are kept to
    `keep` of them.
    """

    name = "wav"

    def __init__(
        self,
        clock: Clock,
        *,
        folder: Path,
        rate: int,
        rotate_bytes: int = ROTATE_BYTES,
        keep: int = 4,
    ) -> None:
        super().__init__(clock, rate=rate)
        self.folder = folder
        self._rotate_bytes = rotate_bytes
        self._keep = keep
        self._file: IO[bytes] | None = None
        self._bytes = 0
        self._headed_at = 0.0
        self._described_at = 0.0
        self._described_as_trusted = False
        self._origin_of_file = self.origin
        folder.mkdir(parents=True, exist_ok=True)
        self._mend_last()
        self.path = self._next_path()
        self._open()

    def _next_path(self) -> Path:
        numbers = [
            int(p.stem.split("-")[1])
            for p in self.folder.glob("heard-*.wav")
            if p.stem.split("-")[1].isdigit()
        ]
        return self.folder / f"heard-{max(numbers, default=0) + 1:04d}.wav"

    def _open(self) -> None:
        self._bytes = 0
        self._origin_of_file = self.origin + self._heard / self.rate
        try:
            # Without a buffer: what was heard is in the file even if the process is killed.
            self._file = self.path.open("wb", buffering=0)
            self._write_header()
            self._describe()
        except OSError as error:
            self._file = None
            raise OutputFailed(f"cannot write {self.path}: {error}") from error
        for old in sorted(self.folder.glob("heard-*.wav"))[: -self._keep]:
            old.unlink(missing_ok=True)
            old.with_suffix(".json").unlink(missing_ok=True)

    def _write_header(self) -> None:
        if self._file is None:
            return
        self._file.seek(0)
        self._file.write(_header(self.rate, self._bytes))
        # A hole at the end must still count as sound.
        self._file.truncate(HEADER.size + self._bytes)
        self._file.seek(HEADER.size + self._bytes)

    def _mend_last(self) -> None:
        """A process that was killed left a header that tells less than the file holds."""
        for path in sorted(self.folder.glob("heard-*.wav"))[-1:]:
            with contextlib.suppress(OSError), path.open("r+b") as file:
                size = path.stat().st_size - HEADER.size
                rate = HEADER.unpack(file.read(HEADER.size))[7] if size >= 0 else 0
                if rate:
                    file.seek(0)
                    file.write(_header(rate, size - size % SAMPLE_BYTES))

    def _describe(self) -> None:
        """The instant of the first sample, by three clocks. Better known after a sync."""
        origin = self._origin_of_file
        now = self.clock.monotonic()
        is_trusted = self._described_as_trusted = self.clock.is_trusted
        description = {
            "file": self.path.name,
            "rate": self.rate,
            "monotonic": origin,
            "boot_id": self.clock.sources.boot_id,
            "wall": self.clock.sources.wall() - (now - origin),
            "server": self.clock.server_at(origin) if is_trusted else None,
            "server_error": self.clock.error() if is_trusted else None,
        }
        temporary = self.path.with_suffix(".json.part")
        temporary.write_text(json.dumps(description, indent=1))
        os.replace(temporary, self.path.with_suffix(".json"))  # noqa: PTH105 - atomic by contract

    def start(self) -> None:
        super().start()
        if self._file is None:
            # The disk failed us before; what was lost is not pretended to have been heard.
            self.path = self._next_path()
            self._open()

    def tick(self, now: float) -> None:
        super().tick(now)
        try:
            if now - self._headed_at >= HEADER_EVERY_SECONDS:
                self._headed_at = now
                self._write_header()
            is_trusted = self.clock.is_trusted
            is_old = now - self._described_at >= DESCRIBE_EVERY_SECONDS
            if is_trusted != self._described_as_trusted or (is_trusted and is_old):
                self._described_at = now
                self._describe()
        except OSError as error:
            raise OutputFailed(f"cannot write {self.path}: {error}") from error

    def close(self) -> None:
        try:
            self._catch_up(self.clock.monotonic())
            if self._file is not None:
                self._write_header()
                self._describe()
        except OSError as error:
            raise OutputFailed(f"cannot finish {self.path}: {error}") from error
        finally:
            self._forget_queue()
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.close()
                self._file = None

    def _play(self, pcm: Pcm) -> None:
        if self._file is None:
            raise OutputFailed(f"{self.path} is not open")
        try:
            self._file.write(pcm.tobytes())
        except OSError as error:
            raise OutputFailed(f"cannot write {self.path}: {error}") from error
        self._grow(len(pcm))

    def _play_silence(self, samples: int) -> None:
        if self._file is not None:
            self._file.seek(samples * SAMPLE_BYTES, os.SEEK_CUR)
            self._grow(samples)

    def _grow(self, samples: int) -> None:
        self._bytes += samples * SAMPLE_BYTES
        if self._bytes >= self._rotate_bytes and self._file is not None:
            self._write_header()
            self._file.close()
            # `_heard` is raised by the caller after this; the next file begins behind these.
            self._heard += samples
            self.path = self._next_path()
            self._open()
            self._heard -= samples
