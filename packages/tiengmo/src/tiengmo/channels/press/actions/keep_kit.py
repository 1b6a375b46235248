from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from tiengmo.audit.actions import record
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import KitFile
from tiengmo.channels.press.rights import require_worker
from tiengmo.foundation import blobs
from tiengmo.foundation.office_files import LIMIT_BYTES, UnfitFile, judge, shown_name
from tiengmo.foundation.vietnamese import nfc

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

_PICTURES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
MOST_PIXELS = 80_000_000


def add_kit_file(
    raw: bytes, name: str, *, title: str, description: str, rights: str, credit: str, by: Actor
) -> KitFile:
    """Put a picture or a document where the press finds it.

    A picture is written anew: upright, and without what tells where, when and with which telephone
    it was taken. Raises NotAllowed, PressError: neither a picture nor a document, too large, no
    title, no credit.
    """
    require_worker(by)
    title, credit = " ".join(nfc(title).split()), " ".join(nfc(credit).split())
    if not title or not credit:
        raise PressError(_("Hãy ghi tên tư liệu và nguồn."))
    if len(raw) > LIMIT_BYTES:
        text = _("Tệp lớn quá %(limit)d MB.")
        raise PressError(text % {"limit": LIMIT_BYTES // 1024 // 1024})
    kept: dict[str, Any] = _picture(raw) or _document(raw, name)
    content = kept.pop("content")
    stem = PurePath(shown_name(name)).stem or "tu-lieu"
    with transaction.atomic():
        file = KitFile.objects.create(
            title=title[:200],
            description=nfc(description).strip(),
            rights=KitFile.Rights(rights),
            credit=credit[:200],
            name=f"{stem[:120]}{kept['suffix']}",
            sha256=blobs.put(content, kept["suffix"]),
            bytes=len(content),
            added_by_name=str(by),
            **kept,
        )
        record("press_kit.added", by=by, subject=file, detail={"rights": rights})
    return file


def _picture(raw: bytes) -> dict[str, Any] | None:
    try:
        with Image.open(BytesIO(raw)) as opened:
            form = "JPEG" if opened.format == "MPO" else opened.format or ""
            if form not in _PICTURES:
                return None
            if opened.width * opened.height > MOST_PIXELS:
                raise PressError(_("Ảnh lớn quá."))
            picture = ImageOps.exif_transpose(opened)
            profile = opened.info.get("icc_profile")
            picture.info = {}
            out = BytesIO()
            options: dict[str, Any] = {} if form == "PNG" else {"quality": 92}
            picture.save(out, form, icc_profile=profile, **options)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return {
        "content": out.getvalue(),
        "suffix": _PICTURES[form],
        "width": picture.width,
        "height": picture.height,
    }


def _document(raw: bytes, name: str) -> dict[str, Any]:
    try:
        return {"content": raw, "suffix": judge(raw, name).suffix}
    except UnfitFile as error:
        raise PressError(str(error)) from error


def remove_kit_file(file: KitFile, *, by: Actor) -> None:
    """Take it away: its address answers 410. Raises NotAllowed."""
    require_worker(by)
    with transaction.atomic():
        KitFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=timezone.now())
        record("press_kit.removed", by=by, subject=file)
