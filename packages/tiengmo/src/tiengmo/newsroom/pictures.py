"""Pictures as they come from telephones: what they tell beside what they show is taken out."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

# What a browser needs to show the picture as it is. The rest may say where and when it was taken,
# with which telephone and by whom: Wagtail would publish it with every size of the picture.
_NEEDED = frozenset({"icc_profile", "transparency"})
_TELLING = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop"})
_FORMATS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "AVIF": "AVIF"}


def without_traces(file: FieldFile) -> ContentFile[bytes] | None:
    """Return the picture upright and without metadata, or None when it tells nothing."""
    file.seek(0)
    with Image.open(file) as picture:
        form = _FORMATS.get(picture.format or "")
        is_moving = picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1
        if form is None or is_moving or not (_TELLING & picture.info.keys() or picture.getexif()):
            return None
        upright = ImageOps.exif_transpose(picture)
        upright.info = {name: upright.info[name] for name in _NEEDED & upright.info.keys()}
        kept = BytesIO()
        options: dict[str, Any] = {} if form == "PNG" else {"quality": 92}
        upright.save(kept, form, icc_profile=upright.info.get("icc_profile"), **options)
    return ContentFile(kept.getvalue(), name=PurePath(file.name or "").name)


def remove_traces(instance: Any, **_signal: Any) -> None:
    """Before an uploaded picture is stored (Wagtail's image, `pre_save`)."""
    file = instance.file
    if not file or file._committed:  # noqa: SLF001 (Django's own way to know a fresh upload)
        return
    clean = without_traces(file)
    if clean is not None:
        instance.file = clean
        instance._set_image_file_metadata()  # noqa: SLF001 (its size and hash)
    else:
        file.seek(0)
