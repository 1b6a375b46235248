"""Pictures of what was released, by their content: apart from those that are being worked on."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import default_storage

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}


def path_of(name: str) -> Path:
    """Where the picture `<sha256>.<suffix>` is or would be."""
    return Path(settings.MEDIA_ROOT) / "released" / name[:2] / name


def frozen(picture: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Keep a copy of a released picture; give it with its public address, and its name.

    The newsroom's own file may be replaced or deleted afterwards, and is not public. A picture
    whose file is lost already is left out.
    """
    url = str(picture.get("url", ""))
    source = url.removeprefix(settings.MEDIA_URL)
    suffix = PurePosixPath(source).suffix.lower()
    if source == url or suffix not in MEDIA_TYPES or not default_storage.exists(source):
        return {}, ""
    with default_storage.open(source) as file:
        content = file.read()
    name = hashlib.sha256(content).hexdigest() + suffix
    _put(path_of(name), content)
    return {**picture, "url": f"/anh/{name}"}, name


def _put(place: Path, content: bytes) -> None:
    """Write a file whole or not at all; the same content again writes nothing."""
    if place.is_file():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".incoming-", delete=False) as file:
        incoming = Path(file.name)
        file.write(content)
    incoming.chmod(0o644)
    incoming.replace(place)
