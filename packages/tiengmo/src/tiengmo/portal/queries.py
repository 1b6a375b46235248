"""What public pages read: frozen pages, and facts of the locality that seldom change."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.template.loader import render_to_string
from django.utils import timezone

from tiengmo.directory.queries import offices_of
from tiengmo.newsroom.models import Category
from tiengmo.places.models import Village
from tiengmo.places.queries import top_units, units_in_force
from tiengmo.portal.models import Page
from tiengmo.portal.prepared import Prepared
from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

    from tiengmo.places.models import Unit

# A new commune or a corrected name may show half a minute later; a bulletin never waits.
FACTS_SECONDS = 30


@dataclass(frozen=True)
class Commune:
    code: str
    name: str
    village_count: int


@dataclass(frozen=True)
class Topic:
    """A category as the public pages show it."""

    code: str
    name: str
    name_en: str
    has_closing_date: bool
    is_used: bool


@dataclass(frozen=True)
class Answerable:
    """The office that answers for this site, as the foot of every page names it."""

    name: str
    name_en: str
    address: str
    phone: str
    email: str

    @property
    def dialled(self) -> str:
        """The number as a telephone takes it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True)
class Facts:
    """The locality as every page names it."""

    name: str
    communes: list[Commune]
    communes_html: str
    topics: dict[str, Topic]
    categories_html: str
    office: Answerable | None
    first_year: int

    @property
    def used_topics(self) -> list[Topic]:
        return [topic for topic in self.topics.values() if topic.is_used]


_facts: tuple[Facts | None, float] = (None, 0.0)


def forget_facts() -> None:
    global _facts  # noqa: PLW0603 (one value a process, replaced whole)
    _facts = (None, 0.0)


def published(unit: Unit | None = None) -> QuerySet[Page]:
    """Pages in force, newest first, without their articles; of one unit's area when named."""
    pages = (
        Page.objects.filter(is_current=True)
        .defer("articles", "lead", "teaser")
        .order_by("-released_at")
    )
    return pages.filter(areas__code=unit.code) if unit is not None else pages


ON_HOME = 9
HEARD = 3
OPEN_CALLS = 4

_on_home = Prepared(
    lambda: published().values_list(
        "lead", "teaser", "closes_on", "slug", "headline", "mp3_sha256", "category_name"
    )[:ON_HOME]
)
_standing = Prepared(
    lambda: (
        Page.objects.filter(slug=Prepared.ARGUMENT, is_current=True, gone_at=None)
        .order_by()
        .values_list(
            "slug",
            "headline",
            "summary",
            "picture",
            "articles",
            "main_language",
            "source",
            "changes",
            "closes_on",
        )
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A page in force as its own address shows it."""

    slug: str
    headline: str
    summary: str
    picture: dict[str, Any]
    articles: dict[str, str]
    main_language: str
    source: str
    changes: str
    closes_on: date | None


@dataclass(frozen=True, slots=True)
class OnHome:
    """A page as the home page shows it: its pieces rendered when it was frozen."""

    lead: str
    teaser: str
    closes_on: date | None
    slug: str
    headline: str
    mp3: str
    category_name: str


def on_home() -> list[OnHome]:
    """The newest pages."""
    return [
        OnHome(lead, teaser, _day(closes_on), slug, headline, mp3, category_name)
        for lead, teaser, closes_on, slug, headline, mp3, category_name in _on_home.rows()
    ]


def _day(value: Any) -> date | None:
    """A date as a cursor gives it: SQLite keeps it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A tender, an announcement, a call for investment that is still open."""

    slug: str
    headline: str
    category_name: str
    closes_on: date | None


_open_calls: dict[date, Prepared] = {}


def open_calls(today: date) -> list[OpenCall]:
    """What closes soonest."""
    prepared = _open_calls.get(today)
    if prepared is None:
        _open_calls.clear()
        prepared = _open_calls[today] = Prepared(
            lambda: (
                published()
                .filter(closes_on__gte=today)
                .order_by("closes_on", "-released_at")
                .values_list("slug", "headline", "category_name", "closes_on")[:OPEN_CALLS]
            )
        )
    return [
        OpenCall(slug, headline, category_name, _day(closes_on))
        for slug, headline, category_name, closes_on in prepared.rows()
    ]


def standing(slug: str) -> Standing | None:
    """The page in force at this address; nothing when it is gone, replaced or never was."""
    for row in _standing.rows(slug):
        slug_, headline, summary, picture, articles, language, source, changes, closes_on = row
        return Standing(
            slug_,
            headline,
            summary,
            json.loads(picture),
            json.loads(articles),
            language,
            source,
            changes,
            _day(closes_on),
        )
    return None


def facts() -> Facts:
    """Name the locality that this installation serves and its communes."""
    global _facts  # noqa: PLW0603 (one value a process, replaced whole)
    found, good_until = _facts
    if found is None or time.monotonic() > good_until:
        tops = top_units()
        communes = _communes()
        topics = _topics()
        used = [topic for topic in topics.values() if topic.is_used]
        found = Facts(
            tops[0].name if tops else "Tiếng Mõ",
            communes,
            render_to_string("portal/_communes.html", {"communes": communes}),
            topics,
            render_to_string("portal/_categories.html", {"categories": used}),
            _answerable(tops[0]) if tops else None,
            _first_year(),
        )
        _facts = (found, time.monotonic() + FACTS_SECONDS)
    return found


def _topics() -> dict[str, Topic]:
    return {
        row.code: Topic(row.code, row.name, row.name_en, row.has_closing_date, row.is_used)
        for row in Category.objects.all()
    }


def _answerable(unit: Unit) -> Answerable | None:
    office = next(iter(offices_of(unit)), None)
    if office is None:
        return None
    return Answerable(office.name, office.name_en, office.address, office.phone, office.email)


def _first_year() -> int:
    oldest = published().order_by("released_at").values_list("released_at", flat=True).first()
    return timezone.localtime(oldest).year if oldest else timezone.localdate().year


def _communes() -> list[Commune]:
    """Name units that have villages of their own, with how many."""
    units = units_in_force().annotate(village_count=Count("villages")).filter(village_count__gt=0)
    return [Commune(unit.code, unit.name, unit.village_count) for unit in units.order_by("name")]


def villages_with_boxes(unit: Unit) -> list[Village]:
    """Villages of a unit with the number of loudspeaker clusters in use in each."""
    in_use = Q(boxes__retired_at=None, boxes__serial__isnull=False)
    return list(Village.objects.filter(unit=unit).annotate(box_count=Count("boxes", filter=in_use)))


def households(unit: Unit) -> int:
    return Village.objects.filter(unit=unit).aggregate(total=Sum("households"))["total"] or 0


def box_count(unit: Unit) -> int:
    return Box.objects.filter(retired_at=None, village__unit=unit).count()
