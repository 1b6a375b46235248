"""Drawings (SVG) that staff upload: sanitised, then made into pictures like all others.

Why they are not served as they are: docs/decisions/0020-drawings-become-pictures.md.
"""

from __future__ import annotations

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image

from .bounded import OutOfBounds, run
from .office_files import UnfitFile, shown_name

LIMIT_BYTES = 5 * 1024 * 1024
LONGER_SIDE = 1600
_MOST_PICTURE = 30_000_000


def picture_of(raw: bytes, name: str = "") -> bytes:
    """The drawing as PNG, its longer side 1600 pixels. Raises UnfitFile with words for people.

    Scripts, foreign content, links and everything that would be fetched is taken out first.
    """
    shown = {"name": shown_name(name)}
    if len(raw) > LIMIT_BYTES:
        words = _("Tệp “%(name)s” lớn quá %(limit)d MB.")
        raise UnfitFile(words % {**shown, "limit": LIMIT_BYTES // 1024 // 1024})
    size = str(LONGER_SIDE)
    try:
        picture = run("draw_svg", size, given=raw, seconds=10, megabytes=1024, most=_MOST_PICTURE)
        with Image.open(BytesIO(picture)) as drawn:
            box = drawn.convert("RGBA").getchannel("A").getbbox()
    except (OutOfBounds, OSError, ValueError) as error:
        if str(error) == "ratio":
            raise UnfitFile(_("Hình vẽ “%(name)s” quá dài hoặc quá hẹp.") % shown) from error
        words = _("Hình vẽ “%(name)s” hỏng hoặc không an toàn, không dùng được.")
        raise UnfitFile(words % shown) from error
    if box is None:
        raise UnfitFile(_("Hình vẽ “%(name)s” không có gì để hiện.") % shown)
    return picture
