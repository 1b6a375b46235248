"""Pictures of what was released, by their content: apart from those that are being worked on.

Beside the released file stand smaller copies, as AVIF and WebP, whole and cropped around what the
editor marked as the middle of it: `<sha256>-whole-640.avif`.
"""

from __future__ import annotations

import hashlib
import tempfile
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
WIDTHS = (320, 640, 960)
WIDE = 16 / 9  # lists and the top of the home page
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    ".avif": ("AVIF", {"quality": 55, "speed": 8}),
    ".webp": ("WEBP", {"quality": 74, "method": 4}),
}


def path_of(name: str) -> Path:
    """Where the picture `<sha256>.<suffix>`, or a smaller copy of it, is or would be."""
    return Path(settings.MEDIA_ROOT) / "released" / name[:2] / name


def frozen(picture: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Keep a copy of a released picture; give it with its public addresses, and its name.

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
    digest = hashlib.sha256(content).hexdigest()
    name = digest + suffix
    _put(path_of(name), content)
    shown = {**picture, "url": f"/anh/{name}"}
    return shown | _smaller(digest, content, picture.get("focus") or (0.5, 0.5)), name


def _smaller(digest: str, content: bytes, focus: tuple[float, float]) -> dict[str, Any]:
    """Make the smaller copies; {} for what cannot be read or moves: the file itself is shown."""
    try:
        with Image.open(BytesIO(content)) as opened:
            if getattr(opened, "n_frames", 1) > 1:
                return {}
            has_holes = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
            image = opened.convert("RGBA" if has_holes else "RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return {}
    sources: list[dict[str, str]] = []
    wide: dict[str, Any] = {}
    for shape, whole in (("whole", image), ("wide", cropped(image, WIDE, focus))):
        sizes = list(_sizes(whole))
        for suffix in FORMS:
            addresses = []
            for small in sizes:
                name = f"{digest}-{shape}-{small.width}{suffix}"
                _put_form(name, small, suffix)
                addresses.append(f"/anh/{name} {small.width}w")
            sources.append(
                {"shape": shape, "type": MEDIA_TYPES[suffix], "srcset": ", ".join(addresses)}
            )
        if shape == "wide":
            last = sizes[-1]
            url = f"/anh/{digest}-wide-{last.width}.webp"
            wide = {"url": url, "width": last.width, "height": last.height}
    return {"sources": sources, "wide": wide}


def cropped(image: Image.Image, shape: float, focus: tuple[float, float]) -> Image.Image:
    """The largest part of this shape (width / height) that keeps `focus` nearest its middle."""
    width, height = image.size
    new_width, new_height = min(width, round(height * shape)), min(height, round(width / shape))
    left = min(max(round(focus[0] * width - new_width / 2), 0), width - new_width)
    top = min(max(round(focus[1] * height - new_height / 2), 0), height - new_height)
    return image.crop((left, top, left + new_width, top + new_height))


def _sizes(image: Image.Image) -> Iterator[Image.Image]:
    """The picture in each width that it has, and as it is when it is smaller than all."""
    for width in [width for width in WIDTHS if width < image.width] or [image.width]:
        height = max(1, round(image.height * width / image.width))
        yield image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _put_form(name: str, image: Image.Image, suffix: str) -> None:
    place = path_of(name)
    if place.is_file():
        return
    form, options = FORMS[suffix]
    kept = BytesIO()
    image.save(kept, form, **options)
    _put(place, kept.getvalue())


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
