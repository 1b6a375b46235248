"""The chain's witness outside the database: one line `sequence hash` for each committed row.

Whoever can write to the database can cut off its tail, or compute the whole chain anew. The file
is written by another way, may be made append-only (`chattr +a`) or shipped to another machine, and
`audit verify` compares every line of it with the database.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

SHA256_HEX = 64


def anchor_path() -> Path | None:
    path = getattr(settings, "AUDIT_ANCHOR", None)
    return Path(path) if path else None


def write_anchor(sequence: int, row_hash: str) -> None:
    """Append one line. A single small write with O_APPEND never mixes with another process's."""
    path = anchor_path()
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, f"{sequence} {row_hash}\n".encode())
    finally:
        os.close(descriptor)


def read_anchors() -> Iterator[tuple[int, str]]:
    """The lines in the order they were written. A line cut by a power failure is skipped."""
    path = anchor_path()
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            sequence, _, row_hash = line.strip().partition(" ")
            if sequence.isdigit() and len(row_hash) == SHA256_HEX:
                yield int(sequence), row_hash


def set_anchors_aside() -> Path | None:
    """Rename the file, so that a restored database starts with a witness of its own."""
    path = anchor_path()
    if path is None or not path.exists():
        return None
    kept = path.with_name(f"{path.name}.until-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    return path.rename(kept)
