from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.translation import gettext as _

from tiengmo.newsroom import texts
from tiengmo.newsroom.errors import NotReady
from tiengmo.newsroom.models import Bulletin
from tiengmo.voices.speech import lead as lead_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

SUMMARY_TARGET = 260
_BREAK = re.compile(r"\n\s*\n")


def bulletin_from_text(text: str, *, unit: Unit, author: User, full: bool = False) -> Bulletin:
    """Make an unsaved Bulletin from plain text; `edit_bulletin` saves it.

    The first line is the headline (shortened at a word's end), the other paragraphs the article,
    the lead the summary; the spoken script is the lead, or with `full` the whole text.
    Raises NotReady when there is no text to read, or too much of it.
    """
    text = texts.clean_text(text)
    if not texts.has_words(text):
        raise NotReady([_("Tệp không có chữ nào để đọc.")])
    if len(text) > texts.BODY_CHARACTERS:
        raise NotReady(
            [_("Tệp dài quá 200.000 ký tự. Hãy chia thành nhiều bản tin.")],
        )
    first, _newline, rest = text.partition("\n")
    paragraphs = _paragraphs(rest) or [first]
    lead = texts.lead(paragraphs)
    return Bulletin(
        unit=unit,
        author=author,
        headline=texts.shorten(first, texts.HEADLINE_CHARACTERS),
        short_text=texts.shorten(first, texts.SHORT_TEXT_CHARACTERS),
        summary=texts.shorten(lead, SUMMARY_TARGET),
        body="".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs),
        script="\n".join([first, *paragraphs]) if full else script_for(first, paragraphs),
    )


def _paragraphs(text: str) -> list[str]:
    """Paragraphs are set apart by blank lines, or, where there are none, each line is one."""
    parts = _BREAK.split(text) if _BREAK.search(text.strip()) else text.split("\n")
    return [joined for part in parts if (joined := texts.clean_line(part))]


def script_for(headline: str, paragraphs: Sequence[str]) -> str:
    """Propose what to speak: the headline first, as on the radio, then what opens the article."""
    if paragraphs and headline and paragraphs[0].startswith(headline.rstrip(" .…")):
        headline = ""
    return lead_script("\n".join(line for line in (headline, *paragraphs) if line))
