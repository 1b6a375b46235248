"""The store of sound files: a file's name is the SHA-256 of what it holds, so it never changes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def put(source: bytes | Path, suffix: str) -> str:
    """Store bytes or a copy of a file and return its SHA-256 in hex.

    A reader sees the whole file or none, also after a power cut: written beside its place, synced,
    renamed. Storing the same content again writes nothing.
    """
    root = Path(settings.SOUND_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(dir=root, prefix=".incoming-")
    incoming = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            if isinstance(source, bytes):
                digest.update(source)
                target.write(source)
            else:
                with source.open("rb") as file:
                    while chunk := file.read(CHUNK):
                        digest.update(chunk)
                        target.write(chunk)
            sha256 = digest.hexdigest()
            place = path(sha256, suffix)
            if place.exists() and place.stat().st_size == target.tell():
                return sha256
            target.flush()
            os.fsync(target.fileno())
        incoming.chmod(0o644)
        place.parent.mkdir(exist_ok=True)
        incoming.replace(place)
        _sync_folder(place.parent)
    finally:
        incoming.unlink(missing_ok=True)
    return sha256


def path(sha256: str, suffix: str) -> Path:
    """Where the file with this content is or would be: SOUND_ROOT/ab/abcdef….opus."""
    suffix = suffix if suffix.startswith(".") else f".{suffix}"
    # Both may come out of an address that anybody can write.
    if not _SHA256.fullmatch(sha256) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"not a content address: {sha256[:80]!r} {suffix[:20]!r}")
    return Path(settings.SOUND_ROOT) / sha256[:2] / f"{sha256}{suffix}"


def exists(sha256: str, suffix: str) -> bool:
    return path(sha256, suffix).is_file()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
