"""Lengths, waiting times and the shape of a bulletin on each network. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from django.utils.html import strip_tags

# developers.facebook.com: a post's message; people see so much before "See more".
FACEBOOK_LONGEST, FACEBOOK_FOLD = 63_206, 477
# developers.zalo.me, article: title, author, description.
ZALO_TITLE, ZALO_AUTHOR, ZALO_DESCRIPTION = 150, 50, 300

LONGEST_PAUSE_SECONDS = 300.0
LONGEST_BACK_OFF_SECONDS = 900.0
# When a network is asked again what became of a post that it may have taken, or is making.
LOOK_AFTER_SECONDS = (20.0, 60.0, 300.0, 1200.0, 3600.0)
# Hours after posting at which figures are read; then never again.
FIGURES_AFTER_HOURS = (1, 6, 24, 72, 168, 720)

_BLOCK_END = re.compile(
    r"</(p|h[1-6]|li|blockquote|figcaption|tr)>|<br\s*/?>|<hr\s*/?>", re.IGNORECASE
)
_ITEM = re.compile(r"<li[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """A bulletin as networks take it; what a network has no place for it leaves out."""

    headline: str
    lead: str  # two or three sentences
    paragraphs: tuple[str, ...]
    author: str
    link: str
    picture_url: str = ""
    is_correction: bool = False


def paragraphs_of(body_html: str) -> tuple[str, ...]:
    """The text of an article, a paragraph each; points of a list begin with a dash."""
    marked = _BLOCK_END.sub("\n", _ITEM.sub("– ", body_html))
    lines = (" ".join(unescape(line).split()) for line in strip_tags(marked).split("\n"))
    return tuple(line for line in lines if line)


def lead_of(short_text: str, summary: str, longest: int) -> str:
    """The longer of the two that fits; "" when neither does."""
    for text in (summary, short_text):
        if text.strip() and len(text.strip()) <= longest:
            return " ".join(text.split())
    return ""


def facebook_message(content: Content, *, correction: str) -> str:
    """The words of a post. The link stands in them: it is how a post is found again."""
    head = f"{correction}: {content.headline}" if content.is_correction else content.headline
    body = content.paragraphs or ((content.lead,) if content.lead else ())
    return "\n\n".join([head, *body, content.link])


def zalo_body(content: Content) -> list[dict[str, str]]:
    """The paragraphs of an article; its texts are HTML there."""
    texts = content.paragraphs or ((content.lead,) if content.lead else (content.headline,))
    return [{"type": "text", "content": escape(text, quote=False)} for text in texts]


def cut(text: str, longest: int) -> str:
    """The text, cut at a word with an ellipsis when it is longer."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def back_off_seconds(attempts: int) -> float:
    """Before a post is tried again: 5, 10, 20, … at most fifteen minutes."""
    return min(5.0 * 2.0 ** min(attempts - 1, 20), LONGEST_BACK_OFF_SECONDS)


def pause_seconds(failures: int) -> float:
    """How long an account is left alone after n failures in a row: 2, 4, 8, … at most 5 min."""
    return min(2.0 ** min(failures, 20), LONGEST_PAUSE_SECONDS)


def look_seconds(looks: int) -> float | None:
    """Before the n-th look (from 0) for a post in doubt; None when enough was looked."""
    return LOOK_AFTER_SECONDS[looks] if looks < len(LOOK_AFTER_SECONDS) else None


def next_figures_hours(hours_since: float) -> float | None:
    """Hours after posting at which figures are read next; None when no more."""
    return next((float(one) for one in FIGURES_AFTER_HOURS if one > hours_since + 0.1), None)
