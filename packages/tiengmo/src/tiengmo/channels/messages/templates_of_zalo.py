"""A template registered with Zalo: its parameters, what fills each, and how long that may be. Pure.

Typed by the administrator as lines, one for each parameter: «tieu_de = tiêu đề, 80».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.channels.messages import rules

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADLINE, TEXT, UNIT, VILLAGE, DATE, LINK = "headline", "text", "unit", "village", "date", "link"
# What may be named on the right, as it is typed; without marks it is understood too.
WORDS = {
    "tiêu đề": HEADLINE,
    "tin ngắn": TEXT,
    "đơn vị": UNIT,
    "thôn": VILLAGE,
    "ngày": DATE,
    "liên kết": LINK,
}
_BARE = {rules.plain(word): content for word, content in WORDS.items()}
_LINE = re.compile(r"\s*([A-Za-z0-9_]{1,64})\s*=\s*([^,]+?)\s*,\s*(\d{1,3})\s*")
# Zalo's own bound on the text of a whole template.
LONGEST = 400


@dataclass(frozen=True)
class Field:
    name: str  # the template's parameter
    content: str  # what fills it
    longest: int  # characters


@dataclass(frozen=True)
class Template:
    number: str
    fields: tuple[Field, ...]

    def longest(self, content: str) -> int | None:
        """The room for a content, the least where several parameters take it; None: in none."""
        return min((one.longest for one in self.fields if one.content == content), default=None)


def template_of(settings: Mapping[str, str]) -> Template:
    """Read the settings. Raises ValueError with a text for who typed them."""
    number = settings.get("template_id", "").strip()
    if not number.isascii() or not number.isdigit():
        raise ValueError(_("Mã mẫu tin Zalo là một dãy chữ số."))
    fields: list[Field] = []
    for line in settings.get("fields", "").splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        content = _BARE.get(rules.plain(match[2]).casefold()) if match else None
        if match is None or content is None:
            problem = _(
                "Dòng «%(line)s» chưa đúng. Mỗi dòng là: tên tham số = nội dung, số ký tự. "
                "Nội dung là một trong: %(words)s. Ví dụ: tieu_de = tiêu đề, 80"
            )
            raise ValueError(problem % {"line": line.strip()[:60], "words": ", ".join(WORDS)})
        longest = int(match[3])
        if not 0 < longest <= LONGEST:
            problem = _("Tham số «%(name)s»: số ký tự từ 1 đến %(longest)d.")
            raise ValueError(problem % {"name": match[1], "longest": LONGEST})
        if match[1] in {one.name for one in fields}:
            raise ValueError(_("Tham số «%(name)s» ghi hai lần.") % {"name": match[1]})
        fields.append(Field(match[1], content, longest))
    if not {HEADLINE, TEXT} & {one.content for one in fields}:
        raise ValueError(_("Mẫu tin phải có chỗ cho tiêu đề hoặc tin ngắn."))
    return Template(number, tuple(fields))


def cut(text: str, longest: int) -> str:
    """The text in one line, at a word when it would be longer."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" .,;:") + "…"


def filled(template: Template, contents: Mapping[str, str]) -> dict[str, str]:
    """The template's parameters with their values; an empty one is a dash, which Zalo takes."""
    return {
        one.name: cut(contents.get(one.content, ""), one.longest) or "-" for one in template.fields
    }
