"""What public pages read: frozen pages, and facts of the locality that seldom change."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.template.loader import render_to_string

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
class Facts:
    """The locality as every page names it."""

    name: str
    communes: list[Commune]
    communes_html: str


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


ON_HOME = 13

_on_home = Prepared(lambda: published().values_list("lead", "teaser")[:ON_HOME])
_standing = Prepared(
    lambda: (
        Page.objects.filter(slug=Prepared.ARGUMENT, is_current=True, gone_at=None)
        .order_by()
        .values_list("slug", "headline", "summary", "picture", "articles", "main_language")
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


def on_home() -> list[tuple[str, str]]:
    """Lead and teaser of the newest pages, rendered when they were frozen."""
    return [(lead, teaser) for lead, teaser in _on_home.rows()]


def standing(slug: str) -> Standing | None:
    """The page in force at this address; nothing when it is gone, replaced or never was."""
    for slug_, headline, summary, picture, articles, language in _standing.rows(slug):
        return Standing(
            slug_, headline, summary, json.loads(picture), json.loads(articles), language
        )
    return None


def facts() -> Facts:
    """Name the locality that this installation serves and its communes."""
    global _facts  # noqa: PLW0603 (one value a process, replaced whole)
    found, good_until = _facts
    if found is None or time.monotonic() > good_until:
        tops = top_units()
        communes = _communes()
        found = Facts(
            tops[0].name if tops else "Tiếng Mõ",
            communes,
            render_to_string("portal/_communes.html", {"communes": communes}),
        )
        _facts = (found, time.monotonic() + FACTS_SECONDS)
    return found


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
