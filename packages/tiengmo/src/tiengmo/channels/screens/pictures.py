"""Pictures as televisions show them: one size, kept by content, apart from those worked on."""

from __future__ import annotations

from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from tiengmo.foundation import blobs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIX = ".webp"
LARGEST = (1280, 960)


def keep(picture: Mapping[str, object]) -> str:
    """Keep a released picture for screens; give its digest, "" when there is none to be had."""
    url = str(picture.get("url", ""))
    name = url.removeprefix(settings.MEDIA_URL)
    if not url or name == url or not default_storage.exists(name):
        return ""
    with default_storage.open(name) as file:
        return keep_file(file.open())


def keep_file(file: IO[Any]) -> str:
    """The same for an open file; "" when it is no picture that can be read."""
    try:
        with Image.open(file) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    image.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    written = BytesIO()
    image.save(written, "WEBP", quality=78, method=4)
    return blobs.put(written.getvalue(), SUFFIX)


def path_of(sha256: str) -> Path:
    return blobs.path(sha256, SUFFIX)
