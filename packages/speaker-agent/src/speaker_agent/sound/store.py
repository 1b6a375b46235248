"""Verified sound files, named by their SHA-256. What has another hash does not get in."""

import contextlib
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Collection
from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")
BLOCK = 256 * 1024
# Room left for the journal and the system, whatever the sounds want.
RESERVE_BYTES = 64 * 1024 * 1024
MIN_AGE_SECONDS = 3600.0


class NotThatSound(ValueError):
    """The bytes are not the sound they were announced to be."""


class SoundStore:
    """A folder of sounds, shared by all boxes of one process."""

    def __init__(self, folder: Path, *, limit_bytes: int = 2 * 1024**3) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self._verified: dict[str, tuple[int, int, int]] = {}
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where this sound is, or would be."""
        if not SHA256.fullmatch(sha256):
            raise NotThatSound(f"{sha256!r} is not a SHA-256")
        return self.folder / sha256[:2] / f"{sha256}.sound"

    def partial(self, sha256: str) -> Path:
        """Where an unfinished download of it waits to go on."""
        return self.path(sha256).with_suffix(".part")

    def has(self, sha256: str) -> bool:
        """Is it here? It was verified when it came in."""
        return self.path(sha256).is_file()

    def known(self, sha256: str) -> Path | None:
        """The file, if it was verified by this process and was not touched since. Quick."""
        path = self.path(sha256)
        try:
            stat = path.stat()
        except OSError:
            return None
        mark = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return path if self._verified.get(sha256) == mark else None

    def verified(self, sha256: str) -> Path:
        """The file, hashed again if it changed since we last hashed it: a card may rot.

        Raises `NotThatSound` (and removes the file) if it is no longer what it was,
        `FileNotFoundError` if it is not here.
        """
        path = self.path(sha256)
        stat = path.stat()
        mark = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        with self._lock:
            if self._verified.get(sha256) == mark:
                return path
        if file_sha256(path) != sha256:
            path.unlink(missing_ok=True)
            raise NotThatSound(f"{path.name} is damaged")
        with self._lock:
            self._verified[sha256] = mark
        return path

    def accept(self, sha256: str, part: Path) -> Path:
        """Take a complete download in. Raises `NotThatSound` and removes it if it is another."""
        if file_sha256(part) != sha256:
            part.unlink(missing_ok=True)
            raise NotThatSound("the download has another hash than announced")
        path = self.path(sha256)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
        # Without this a power cut may leave the name of the part, or none.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        stat = path.stat()
        with self._lock:
            self._verified[sha256] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return path

    def free_bytes(self) -> int:
        """What may still be written here without eating the reserve."""
        return shutil.disk_usage(self.folder).free - RESERVE_BYTES

    def make_room(self, wanted: int, *, keep: Collection[str]) -> bool:
        """Delete what no schedule names, oldest first, until `wanted` bytes fit. Did it do?"""
        found = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        used = sum(size for _, size, _ in found)
        needed = min(self.limit_bytes - used, self.free_bytes()) - wanted
        for _, size, path in sorted(found):
            if needed >= 0:
                break
            if path.stem in keep:
                continue
            path.unlink(missing_ok=True)
            needed += size
        return needed >= 0

    def forget_unscheduled(self, *, keep: Collection[str]) -> None:
        """Delete leftovers of downloads that nobody waits for any more."""
        for path in self.folder.glob("??/*.part"):
            with contextlib.suppress(FileNotFoundError):
                is_old = time.time() - path.stat().st_mtime > MIN_AGE_SECONDS
                if path.stem not in keep and is_old:
                    path.unlink()


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
