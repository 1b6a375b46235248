"""What an archive of the builder says about itself; another is refused before it is signed."""

from __future__ import annotations

import json
import lzma
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.speakers.errors import SpeakerError

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = "speaker-agent.json"
ENTRY = "speaker_agent/cli.py"
MAX_DESCRIPTION = 4096


@dataclass(frozen=True)
class Description:
    """One program for one platform."""

    version: str
    architecture: str
    python: str
    size: int
    unpacked_size: int


def describe(path: Path) -> Description:
    """Read an archive through. Raises SpeakerError for one that no box would unpack."""
    try:
        with lzma.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            return _read(tar, path.stat().st_size)
    except (OSError, tarfile.TarError, lzma.LZMAError, EOFError, ValueError, KeyError) as error:
        raise SpeakerError(
            _("Tệp này không phải gói chương trình của loa (speaker-agent_…tar.xz): %(why)s")
            % {"why": error}
        ) from error


def _read(tar: tarfile.TarFile, size: int) -> Description:
    names: set[str] = set()
    unpacked = 0
    said: dict[str, object] = {}
    for member in tar:
        parts = member.name.split("/")
        if not (member.isreg() or member.isdir()) or {"", ".", ".."} & set(parts):
            raise ValueError(member.name)
        unpacked += member.size
        names.add(member.name)
        if member.name == DESCRIPTION and member.size <= MAX_DESCRIPTION:
            content = tar.extractfile(member)
            said = json.loads(content.read()) if content is not None else {}
    if ENTRY not in names:
        raise ValueError(ENTRY)
    return Description(
        version=str(said["version"]),
        architecture=str(said["architecture"]),
        python=str(said["python"]),
        size=size,
        unpacked_size=unpacked,
    )
