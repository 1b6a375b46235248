"""The printed forms of a release: laid out to fit, kept by content, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nh3
import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tiengmo.channels.printed import rules
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.models import Sheet
from tiengmo.channels.printed.pictures import picture_data
from tiengmo.foundation import blobs
from tiengmo.foundation.printing import CannotPrint, typeset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from weasyprint import Document

    from tiengmo.releases.models import Release, Rendition

PORTAL = "portal"


@dataclass(frozen=True)
class Laid:
    """A sheet that somebody else laid out: its file among the blobs."""

    sha256: str
    bytes: int
    pages: int


# Sources of releases that bring a sheet of their own, and who gives it.
_OWN: dict[str, tuple[str, Callable[[Release], Laid]]] = {}


def let_lay_out(source_type: str, kind: str, give: Callable[[Release], Laid]) -> None:
    """Have the releases of a source printed as `give` says, as this kind and no other."""
    _OWN[source_type] = (kind, give)


STYLE = Path(__file__).parent / "static" / "printed" / "sheets.css"
# Pictures and sound of the portal are no part of a sheet that every office's printer can print.
PRINTED_TAGS = nh3.ALLOWED_TAGS - {"img", "picture", "video", "audio", "source", "track", "svg"}


def sheets_of(release: Release) -> list[tuple[Rendition, list[str]]]:
    """Which forms each language of a release can have."""
    if release.source_type in _OWN:
        own = _OWN[release.source_type][0]
        return [(rendition, [own]) for rendition in release.renditions.order_by("pk")]
    found = []
    for rendition in release.renditions.order_by("pk"):
        kinds: list[str] = []
        if rules.text_of(rendition.short_text, rendition.summary):
            kinds += [Sheet.Kind.POSTER_A4, Sheet.Kind.POSTER_A3]
        if strip_tags(rendition.body_html).strip():
            kinds += [Sheet.Kind.LEAFLET, Sheet.Kind.NOTICE]
        if kinds:
            found.append((rendition, kinds))
    return found


def sheet(release: Release, language: str, kind: str) -> Sheet:
    """The sheet of this kind, laid out now when it never was.

    Raises PrintedError when there is none of it, or nothing here can print.
    """
    known = Sheet.objects.filter(release=release, language=language, kind=kind).first()
    if known is not None and blobs.exists(known.sha256, "pdf"):
        return known
    for rendition, kinds in sheets_of(release):
        if rendition.language == language and kind in kinds:
            break
    else:
        raise PrintedError(_("Bản tin này không có tờ in như thế."))
    if release.source_type in _OWN:
        return _kept(release, language, kind, _OWN[release.source_type][1](release))
    try:
        # Kept for everybody: never in the language of whoever asked first.
        with translation.override("vi"):
            document = _laid_out(release, rendition, kind)
    except CannotPrint as error:
        raise PrintedError(str(error)) from error
    pdf: bytes = document.write_pdf()
    laid = Laid(blobs.put(pdf, "pdf"), len(pdf), len(document.pages))
    return _kept(release, language, kind, laid)


def _kept(release: Release, language: str, kind: str, laid: Laid) -> Sheet:
    made, _is_new = Sheet.objects.update_or_create(
        release=release,
        language=language,
        kind=kind,
        defaults={"sha256": laid.sha256, "bytes": laid.bytes, "pages": laid.pages},
    )
    return made


def _laid_out(release: Release, rendition: Rendition, kind: str) -> Document:
    """The largest letters with which it fits, with the picture while they stay large; the last try
    stands whatever it takes."""
    document: Document | None = None
    picture = picture_data(rendition.picture)
    tries = [(size, most, "") for size, most in _sizes(kind)]
    if picture:
        # A poster is read from three steps away: rather no picture than small letters.
        enough = max(2, len(tries) - 2) if _template(kind) == "poster" else len(tries)
        tries = [(size, most, picture) for size, most, _none in tries[:enough]] + tries
    for size, most_pages, shown in tries:
        context = _context(release, rendition, kind, size) | {"picture": shown}
        document = typeset(
            render_to_string(f"printed/sheets/{_template(kind)}.html", context), str(STYLE)
        )
        if len(document.pages) <= most_pages or (shown and kind == Sheet.Kind.NOTICE):
            return document
    if kind == Sheet.Kind.LEAFLET:
        # Too long for one sheet in letters people can read: the summary, and where the rest is.
        context = _context(release, rendition, kind, rules.LEAFLET_SIZES[0]) | {"is_short": True}
        return typeset(render_to_string("printed/sheets/leaflet.html", context), str(STYLE))
    if document is None:
        raise PrintedError(_("Bản tin này không có tờ in như thế."))
    return document


def _sizes(kind: str) -> Iterator[tuple[float, int]]:
    """Sizes of letters to try, and how many pages they may take."""
    if kind == Sheet.Kind.NOTICE:
        yield rules.NOTICE_SIZE, 1
    elif kind == Sheet.Kind.LEAFLET:
        yield from ((size, rules.LEAFLET_PAGES) for size in rules.LEAFLET_SIZES)
    else:
        # A3 is A4 twice as large: the same lines, letters √2 as high.
        scale = 2**0.5 if kind == Sheet.Kind.POSTER_A3 else 1.0
        yield from ((size * scale, 1) for size in rules.POSTER_SIZES)


def _template(kind: str) -> str:
    return "poster" if kind in (Sheet.Kind.POSTER_A4, Sheet.Kind.POSTER_A3) else kind


def _context(release: Release, rendition: Rendition, kind: str, size: float) -> dict[str, Any]:
    address = f"{settings.PUBLIC_URL}/tin/{release.slug}/" if PORTAL in release.channels else ""
    return {
        "release": release,
        "rendition": rendition,
        "kind": kind,
        "paper": {"poster-a3": "A3", "leaflet": "A5"}.get(kind, "A4"),
        "size": f"{size:.1f}pt",
        "text": rules.text_of(rendition.short_text, rendition.summary),
        "credit": rendition.picture.get("credit", ""),
        "alt": rendition.picture.get("alt", ""),
        "body": nh3.clean(rendition.body_html, tags=PRINTED_TAGS),
        "address": address.partition("//")[2].rstrip("/"),
        "qr": qr_of(address) if address else "",
        "is_short": False,
        "is_demo": settings.IS_DEMO,
    }


def qr_of(address: str) -> str:
    return segno.make(address, micro=False, error="m").svg_data_uri(border=0, scale=4)
