"""What can be followed, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.channels.email_followers.models import Following
from tiengmo.newsroom.models import Category
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import top_units, unit_by_code, units_in_force
from tiengmo.portal import queries

if TYPE_CHECKING:
    from collections.abc import Iterable

AREA, CATEGORY = Following.Kind.AREA.value, Following.Kind.CATEGORY.value


@dataclass(frozen=True)
class Choice:
    """Something to follow: the value its box sends, its name, and where its feed is."""

    value: str
    name: str
    feed: str = ""
    is_chosen: bool = False


def localities(chosen: Iterable[str] = ()) -> list[Choice]:
    """The whole locality first, then its communes by name."""
    picked = set(chosen)
    tops = [(unit.code, unit.name, "/rss.xml") for unit in top_units()]
    communes = [(c.code, c.name, f"/xa/{c.code}/rss.xml") for c in queries.facts().communes]
    known = {code for code, _name, _feed in communes}
    return [
        Choice(f"{AREA}:{code}", name, feed, f"{AREA}:{code}" in picked)
        for code, name, feed in [*[row for row in tops if row[0] not in known], *communes]
    ]


def villages_of(code: str, chosen: Iterable[str] = ()) -> tuple[Unit | None, list[Choice]]:
    """The commune with this code and its villages; none when there is no such commune."""
    unit = unit_by_code(code) if code else None
    if unit is None:
        return None, []
    picked = set(chosen)
    return unit, [
        Choice(
            f"{AREA}:{village.code}",
            village.name,
            f"/theo-doi/thon/{village.code}/rss.xml",
            f"{AREA}:{village.code}" in picked,
        )
        for village in Village.objects.filter(unit=unit).order_by("name")
    ]


def categories(chosen: Iterable[str] = ()) -> list[Choice]:
    picked = set(chosen)
    return [
        Choice(f"{CATEGORY}:{code}", name, f"/chuyen-muc/{code}/", f"{CATEGORY}:{code}" in picked)
        for code, name in Category.objects.filter(is_used=True).values_list("code", "name")
    ]


def known(values: Iterable[str]) -> list[tuple[str, str]]:
    """The (kind, code) pairs among these that exist; whatever else a script sends is left out."""
    pairs = [tuple(value.partition(":")[::2]) for value in values]
    areas = {code for kind, code in pairs if kind == AREA}
    topics = {code for kind, code in pairs if kind == CATEGORY}
    areas = set(units_in_force().filter(code__in=areas).values_list("code", flat=True)) | set(
        Village.objects.filter(code__in=areas).values_list("code", flat=True)
    )
    topics = set(Category.objects.filter(code__in=topics).values_list("code", flat=True))
    return [(AREA, code) for code in sorted(areas)] + [(CATEGORY, code) for code in sorted(topics)]


def named(followings: Iterable[Following]) -> list[Choice]:
    """What somebody follows, by name; what is no longer there keeps its code."""
    rows = list(followings)
    codes = [row.code for row in rows]
    names = {
        (AREA, village.code): f"{village.name} ({village.unit.name})"
        for village in Village.objects.filter(code__in=codes).select_related("unit")
    }
    names |= {
        (AREA, code): name
        for code, name in Unit.objects.filter(code__in=codes)
        .order_by("valid_from")
        .values_list("code", "name")
    }
    names |= {
        (CATEGORY, code): name
        for code, name in Category.objects.filter(code__in=codes).values_list("code", "name")
    }
    return [
        Choice(str(row), names.get((row.kind, row.code), row.code), is_chosen=True) for row in rows
    ]


def kept_villages(values: Iterable[str], shown: Iterable[str]) -> list[Choice]:
    """Villages chosen on an earlier page, so that opening another commune does not lose them."""
    codes = [value.partition(":")[2] for value in values if value not in set(shown)]
    return [
        Choice(f"{AREA}:{village.code}", f"{village.name} ({village.unit.name})", is_chosen=True)
        for village in Village.objects.filter(code__in=codes).select_related("unit")
    ]
