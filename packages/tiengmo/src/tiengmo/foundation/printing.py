"""Pages of ours as PDF, by WeasyPrint; nothing on them comes from anywhere else."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tiengmo.foundation.vietnamese import nfc

if TYPE_CHECKING:
    from weasyprint import Document


# Pictures of telephones that no letters on paper have: the nearest sign, or nothing; never a box.
_SIGNS = {"✅": "✔", "☑": "✔", "❌": "✘", "❎": "✘", "❗": "!", "❕": "!", "❓": "?", "❔": "?"} | {
    "👉": "→", "➡": "→", "⭐": "★", "🌟": "★", "📞": "☎", "☎": "☎", "🔴": "●", "🟢": "●", "🔹": "•"
}  # fmt: skip
_TELEPHONE_SIGN = re.compile(
    "[\U0001f000-\U0001faff\U000e0000-\U000e007f\u2753-\u2757\u2705\u274c\u274e\u2795-\u2797"
    "\u2b1b\u2b1c\u2b50\u2b55\u231a\u231b\u23e9-\u23fa\u2728\u270a\u270b\u20e3\ufe0e\ufe0f\u200d]"
)
_LEFT_GAP = re.compile(r"(?<=[^\s>])[ \u00a0]{2,}(?=\S)")
# What a sign left before a full stop or a comma that ends a word.
_LEFT_BEFORE_STOP = re.compile(r"(?<=[^\s>{};])[ \u00a0]+(?=[.,](?:\s|<|$))")


def printable(html: str) -> str:
    """The same words in letters that paper has: composed, and without telephones' pictures."""
    without = _TELEPHONE_SIGN.sub(lambda found: _SIGNS.get(found[0], ""), nfc(html))
    if without == html:
        return html
    return _LEFT_BEFORE_STOP.sub("", _LEFT_GAP.sub(" ", without))


class CannotPrint(Exception):
    """The machine lacks what prints; the text says what to install."""


def typeset(html: str, sheet: str) -> Document:
    """Lay out a page with the style sheet at this path. `.pages`, `.write_pdf()`.

    Pictures stand in the page itself (`data:`); any other address is left out. Raises CannotPrint.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:  # the library is there, what it loads is not
        raise CannotPrint(
            _(
                "Máy chủ chưa có thư viện in (gói Debian libpango-1.0-0 và libpangoft2-1.0-0)."
                " Hãy dùng bản in của trình duyệt."
            )
        ) from error
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # ten lines a page
    fetcher: Any = URLFetcher(allowed_protocols={"data"})
    return HTML(string=printable(html), url_fetcher=fetcher).render(
        stylesheets=[CSS(filename=sheet)]
    )
