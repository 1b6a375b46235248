"""A released picture as it stands in a printed page itself."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDEST = 1400  # pixels: 200 dots an inch over the width of A4's text


def picture_data(picture: Mapping[str, Any]) -> str:
    """The picture as a `data:` address; "" when there is none, or its file is lost.

    The newsroom takes no picture without its right: what was released may be printed.
    """
    url = str(picture.get("url", ""))
    name = url.removeprefix(settings.MEDIA_URL)
    if not url or name == url or not default_storage.exists(name):
        return ""
    try:
        with default_storage.open(name) as file, Image.open(file) as opened:
            image = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    image.thumbnail((WIDEST, WIDEST))
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
