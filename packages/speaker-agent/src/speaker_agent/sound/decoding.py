"""Decoding while it plays: a few seconds ahead, never a whole sound in memory.

Three hours at 48 kHz would be a gigabyte; a board has 512 MB. Boxes of one process that play the
same sound together share one decoder and its blocks.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np

from speaker_agent.outputs.base import Pcm

log = logging.getLogger(__name__)

AHEAD_SECONDS = 8.0
BLOCK_SECONDS = 0.5


class UndecodableSound(ValueError):
    """The file is verified, and yet no decoder makes sound of it."""


def decode(path: Path, rate: int, *, skip_samples: int = 0) -> Iterator[Pcm]:
    """Blocks of mono 16-bit samples at `rate`, the first `skip_samples` left out."""
    block = max(1, int(BLOCK_SECONDS * rate))
    waiting: list[Pcm] = []
    held = 0
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise UndecodableSound(f"{path.name} holds no sound")
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
            for frame in _frames(container, stream):
                for converted in resampler.resample(frame):
                    samples: Pcm = converted.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                    if skip_samples:
                        dropped = min(skip_samples, len(samples))
                        samples = samples[dropped:]
                        skip_samples -= dropped
                    if len(samples):
                        waiting.append(samples)
                        held += len(samples)
                if held >= block:
                    yield np.concatenate(waiting)
                    waiting, held = [], 0
    except av.FFmpegError as error:
        raise UndecodableSound(f"{path.name}: {error}") from error
    if waiting:
        yield np.concatenate(waiting)


def _frames(container: av.container.InputContainer, stream: av.AudioStream) -> Iterator:  # type: ignore[type-arg]
    yield from container.decode(stream)
    # An empty frame asks the resampler for what it still holds.
    yield None


class SharedDecode:
    """One decoder, read by any number of players at about the same place."""

    def __init__(self, path: Path, rate: int, pool: ThreadPoolExecutor, *, skip: int = 0) -> None:
        self.rate = rate
        self.first = skip
        """The first sample still held."""
        self.end = skip
        """One behind the last sample decoded so far."""
        self.is_complete = False
        self.failure: str | None = None
        self._path = path
        self._source = decode(path, rate, skip_samples=skip)
        self._blocks: list[tuple[int, Pcm]] = []
        self._readers: dict[int, int] = {}
        self._pool = pool
        self._lock = threading.Lock()
        self._is_working = False

    def join(self, at: int) -> int:
        """Begin to read at a sample; gives the reader's number."""
        with self._lock:
            number = max(self._readers, default=0) + 1
            self._readers[number] = at
        self._work()
        return number

    def leave(self, reader: int) -> None:
        """No longer read; the last one out lets everything go."""
        with self._lock:
            self._readers.pop(reader, None)
            if not self._readers:
                self._blocks.clear()
                self.first = self.end

    def can_serve(self, at: int) -> bool:
        """Is the sample still held, or the next to come?"""
        with self._lock:
            return self.first <= at <= self.end and self.failure is None and bool(self._readers)

    def read(self, reader: int, at: int, count: int) -> Pcm | None:
        """Up to `count` samples from `at`; an empty array while decoding is behind, None at the
        end (or after a failure)."""
        parts: list[Pcm] = []
        with self._lock:
            wanted, end = at, at + count
            for start, block in self._blocks:
                if start + len(block) <= wanted:
                    continue
                if start > wanted or wanted >= end:
                    break
                part = block[wanted - start : end - start]
                parts.append(part)
                wanted += len(part)
            self._readers[reader] = wanted
            slowest = min(self._readers.values())
            while self._blocks and self._blocks[0][0] + len(self._blocks[0][1]) <= slowest:
                start, block = self._blocks.pop(0)
                self.first = start + len(block)
            is_over = self.is_complete and wanted >= self.end
        self._work()
        if not parts:
            return None if is_over else np.empty(0, np.int16)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _work(self) -> None:
        with self._lock:
            if self._is_working or self.is_complete or not self._is_wanted():
                return
            self._is_working = True
        self._pool.submit(self._decode_ahead)

    def _is_wanted(self) -> bool:
        furthest = max(self._readers.values(), default=None)
        return furthest is not None and self.end < furthest + AHEAD_SECONDS * self.rate

    def _decode_ahead(self) -> None:
        try:
            while True:
                block = next(self._source, None)
                with self._lock:
                    if block is None:
                        self.is_complete = True
                    else:
                        self._blocks.append((self.end, block))
                        self.end += len(block)
                    if self.is_complete or not self._is_wanted():
                        self._is_working = False
                        return
        except (UndecodableSound, OSError, ValueError) as error:
            log.warning("cannot decode %s: %s", self._path.name, error)
            with self._lock:
                self.failure = str(error)
                self.is_complete = True
                self._is_working = False


class Decoders:
    """The decoders of one process, shared where boxes play together."""

    def __init__(self, pool: ThreadPoolExecutor | None = None) -> None:
        self._pool = pool or ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode")
        self._open: dict[tuple[Path, int], SharedDecode] = {}
        self._lock = threading.Lock()

    def open(self, path: Path, rate: int, *, at: int = 0) -> "SoundReader":
        """A reader of the sound from sample `at`."""
        with self._lock:
            key = (path, rate)
            shared = self._open.get(key)
            if shared is None or not shared.can_serve(at):
                shared = SharedDecode(path, rate, self._pool, skip=at)
                self._open[key] = shared
            reader = SoundReader(shared, at)
            self._open = {k: s for k, s in self._open.items() if s is shared or s.can_serve(s.end)}
            return reader

    def close(self) -> None:
        """No more sound."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class SoundReader:
    """One player's place in a sound."""

    def __init__(self, shared: SharedDecode, at: int) -> None:
        self._shared = shared
        self._number = shared.join(at)
        self.position = at

    @property
    def failure(self) -> str | None:
        """Why there is no more sound, if that is not because it ended."""
        return self._shared.failure

    @property
    def is_ready(self) -> bool:
        """Could a second of sound be read now?"""
        held = self._shared.end - self.position
        return self._shared.is_complete or held >= self._shared.rate

    def read(self, count: int) -> Pcm | None:
        """As `SharedDecode.read`, from where this reader is."""
        pcm = self._shared.read(self._number, self.position, count)
        if pcm is not None:
            self.position += len(pcm)
        return pcm

    def close(self) -> None:
        """Let the place go."""
        self._shared.leave(self._number)
