"""Unpacking a program's archive: plain files in plain folders, and not one byte more than promised.

The archive's SHA-256 was signed, so whoever made it is trusted. These checks are for the day when
that is not enough: nothing leaves the folder, nothing is a link, and nothing fills the card.
"""

import io
import lzma
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Self

from speaker_agent.maintenance.updates.slots import sync_folder

MAX_MEMBERS = 20_000
# What tar's own headers and padding may add for each member.
OVERHEAD_BYTES = 2048
BLOCK = 256 * 1024


class BadArchive(ValueError):
    """The archive is not what a builder of ours makes."""


class _Bounded(io.RawIOBase):
    """A decompressed stream that ends the unpacking when it goes on too long."""

    def __init__(self, source: lzma.LZMAFile, limit: int) -> None:
        self._source = source
        self._left = limit

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise BadArchive("more than was announced")
        return block


class _PlainMember(tarfile.TarInfo):
    """Refused by its type before tarfile follows it: an extended header is read as a whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type not in {tarfile.REGTYPE, tarfile.DIRTYPE}:
            raise BadArchive(f"{member.name[:100]!r} is no plain file")
        return member


def unpack(
    archive: Path,
    into: Path,
    *,
    unpacked_bytes: int,
    is_given_up: Callable[[], bool] = bool,
) -> None:
    """Unpack a verified archive beside its place, then move it there, all or nothing.

    Raises `BadArchive`, and OSError when there is no room.
    """
    temporary = into.with_name(into.name + ".part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        limit = unpacked_bytes + MAX_MEMBERS * OVERHEAD_BYTES
        with lzma.open(archive) as stream:
            bounded = _Bounded(stream, limit)
            with tarfile.open(fileobj=bounded, mode="r|", tarinfo=_PlainMember) as tar:
                _extract(tar, temporary, unpacked_bytes, is_given_up)
        # One for all: a card takes a minute for a thousand small files one by one.
        os.sync()
        shutil.rmtree(into, ignore_errors=True)
        temporary.replace(into)
        sync_folder(into.parent)
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise BadArchive(f"{type(error).__name__}: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _extract(
    tar: tarfile.TarFile, folder: Path, unpacked_bytes: int, is_given_up: Callable[[], bool]
) -> None:
    written = 0
    for number, member in enumerate(tar, 1):
        if is_given_up():
            raise BadArchive("given up")
        if number > MAX_MEMBERS:
            raise BadArchive("too many files")
        path = folder / _plain(member.name)
        if member.isdir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        written += member.size
        if written > unpacked_bytes:
            raise BadArchive("more than was announced")
        path.parent.mkdir(parents=True, exist_ok=True)
        content = tar.extractfile(member)
        if content is None or path.exists():
            raise BadArchive(f"{member.name!r} comes twice")
        with path.open("xb") as file:
            shutil.copyfileobj(content, file, BLOCK)


def _plain(name: str) -> PurePosixPath:
    """A path below the folder, and nothing else."""
    path = PurePosixPath(name)
    parts = name.rstrip("/").split("/")
    if path.is_absolute() or "\\" in name or "\0" in name or {"", ".", ".."} & set(parts):
        raise BadArchive(f"{name!r} leads out of the folder")
    return path
