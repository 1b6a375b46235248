"""A row becomes an old article, or a sentence that says what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import TYPE_CHECKING

import nh3
from django.utils import timezone
from django.utils.html import strip_tags

from tiengmo.foundation.vietnamese import fold, nfc
from tiengmo.newsroom.models import Category
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.places.queries import units_in_force
from tiengmo.releases.actions.make_release import BODY_ATTRIBUTES, BODY_TAGS
from tiengmo.releases.drafts import Topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiengmo.places.models import Unit
    from tiengmo.portal.importing.reading import Row

LONGEST_TITLE, LONGEST_HEADLINE, LONGEST_ID = 300, 120, 64
LONGEST_BODY = 2 * 1024 * 1024
SUMMARY_WORDS = 40
# Pictures stayed on the old site: no page of ours may ask another server for anything.
TAGS = BODY_TAGS - {"img", "figure", "figcaption"}
ATTRIBUTES = {tag: names for tag, names in BODY_ATTRIBUTES.items() if tag != "img"}
_MARKUP = re.compile(r"<(p|br|div|h[1-6]|ul|ol|table|span|b|strong|a|img)\b", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ ,T]+(\d{1,2})[:h](\d{2}))?$")


class BadRow(Exception):
    """The text says what is wrong with the row."""


@dataclass(frozen=True)
class OldArticle:
    """An article of the old site, ready to be written down."""

    line: int
    id: str
    version: str
    title: str
    headline: str
    summary: str
    body_html: str
    unit: Unit
    topic: Topic | None
    at: datetime
    author: str
    lost_pictures: int


class Judge:
    """Knows the units, the categories and what `by` may publish; reads each of these once."""

    def __init__(self, *, by: User, unit: str = "", category: str = "") -> None:
        self.by = by
        self.default_unit, self.default_category = unit, category
        self.units: dict[str, Unit] = {}
        for found in units_in_force().select_related("parent").order_by("-code"):
            self.units[found.code] = self.units[_key(found.name)] = found
        self.topics: dict[str, Topic] = {}
        for one in Category.objects.all():
            self.topics[one.code] = self.topics[_key(one.name)] = Topic(one.code, one.name)
        self.allowed: dict[int, str] = {}
        self.lines: dict[str, int] = {}

    def article(self, row: Row) -> OldArticle:
        """Raises BadRow."""
        if row.problem:
            raise BadRow(row.problem)
        values = {name: nfc(value.replace("\0", "")).strip() for name, value in row.values.items()}
        name = _named(values)
        if first := self.lines.get(name):
            raise BadRow(f"Mã “{name}” đã có ở dòng {first}.")
        title = " ".join(unescape(strip_tags(values["title"])).split())
        if not title:
            raise BadRow("Thiếu tiêu đề.")
        if len(title) > LONGEST_TITLE:
            raise BadRow(f"Tiêu đề dài {len(title)} ký tự, nhiều nhất {LONGEST_TITLE}.")
        unit = self._unit(values["unit"] or self.default_unit)
        topic = self._topic(values["category"] or self.default_category)
        at = _instant(values["date"])
        body = values["body"]
        if len(body) > LONGEST_BODY:
            raise BadRow("Nội dung dài quá 2 MB.")
        html = _cleaned(body)
        words = unescape(strip_tags(html.replace("<", " <"))).split()
        if not words:
            raise BadRow("Thiếu nội dung.")
        headline = _shortened(title)
        if headline != title:  # what the headline cannot hold, the article begins with
            html = f"<p><strong>{escape(title, quote=False)}</strong></p>{html}"
        digest = hashlib.blake2b(digest_size=16)
        for part in (title, html, unit.code, topic.code if topic else "", at.isoformat()):
            digest.update(part.encode() + b"\0")
        self.lines[name] = row.line
        return OldArticle(
            line=row.line,
            id=name,
            version=digest.hexdigest(),
            title=title,
            headline=headline,
            summary=" ".join(words[:SUMMARY_WORDS]) + (" …" if len(words) > SUMMARY_WORDS else ""),
            body_html=html,
            unit=unit,
            topic=topic,
            at=at,
            author=values["author"][:200] or unit.name,
            lost_pictures=body.lower().count("<img"),
        )

    def _unit(self, given: str) -> Unit:
        unit = self.units.get(given) or self.units.get(_key(given))
        if unit is None:
            raise BadRow(f"Không có đơn vị “{given}”." if given else "Thiếu đơn vị.")
        if unit.pk not in self.allowed:
            try:
                require_role(self.by, Role.APPROVER, unit)
                self.allowed[unit.pk] = ""
            except NotAllowed as refusal:
                self.allowed[unit.pk] = str(refusal)
        if self.allowed[unit.pk]:
            raise BadRow(self.allowed[unit.pk])
        return unit

    def _topic(self, given: str) -> Topic | None:
        if not given:
            return None
        topic = self.topics.get(given) or self.topics.get(_key(given))
        if topic is None:
            raise BadRow(f"Không có chuyên mục “{given}”.")
        return topic


def _key(name: str) -> str:
    return " ".join(fold(name).lower().split())


def _named(values: dict[str, str]) -> str:
    name = values["id"]
    if not name:
        raise BadRow("Thiếu mã bài (id).")
    # Feeds name their entries by addresses of any length.
    if len(name) > LONGEST_ID:
        return "h:" + hashlib.blake2b(name.encode(), digest_size=20).hexdigest()
    return name


def _cleaned(body: str) -> str:
    if _MARKUP.search(body):
        return nh3.clean(body, tags=TAGS, attributes=ATTRIBUTES)
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n|\r\n", body))
    return "".join(f"<p>{escape(unescape(part), quote=False)}</p>" for part in paragraphs if part)


def _shortened(title: str) -> str:
    if len(title) <= LONGEST_HEADLINE:
        return title
    return title[: LONGEST_HEADLINE - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"


def _instant(given: str) -> datetime:
    if not given:
        raise BadRow("Thiếu ngày.")
    at = next((at for read in (_iso, _of_here, _of_mail) if (at := read(given))), None)
    if at is None:
        raise BadRow(f"Không hiểu ngày “{given}”. Ghi 2022-08-03, 03/8/2022 hoặc 03/8/2022 07:30.")
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    if at > timezone.now():
        raise BadRow(f"Ngày “{given}” ở tương lai.")
    if at.year < 1990:  # noqa: PLR2004 (before there was a web, a date is a slip)
        raise BadRow(f"Ngày “{given}” quá xa.")
    return at


def _iso(given: str) -> datetime | None:
    return _tried(datetime.fromisoformat, given)


def _of_here(given: str) -> datetime | None:
    found = _DAY.match(given)
    if not found:
        return None
    day, month, year, hour, minute = (int(part or 0) for part in found.groups())
    return _tried(lambda _text: datetime(year, month, day, hour, minute), given)  # noqa: DTZ001


def _of_mail(given: str) -> datetime | None:
    return _tried(parsedate_to_datetime, given)


def _tried(read: Callable[[str], datetime], given: str) -> datetime | None:
    try:
        return read(given)
    except (ValueError, TypeError, OverflowError):
        return None
