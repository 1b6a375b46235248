"""How many are here, were here, read what. Nothing here knows who."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.utils import timezone

from tiengmo.portal.models import Page
from tiengmo.portal.visitors.models import DayFigure, Seen

if TYPE_CHECKING:
    from datetime import date

ONLINE_FOR = timedelta(minutes=5)
KEPT_SECONDS = 20.0
# Fewer readers than this are not told apart: in a small village three readers are three neighbours.
FEWEST_SHOWN = 5


@dataclass(frozen=True)
class Figures:
    """People by day. A week and the total add days up: nobody is known again the next day."""

    online: int
    today: int
    week: int
    all: int


_kept: tuple[Figures | None, float] = (None, 0.0)


def figures() -> Figures:
    """Online in the last five minutes, today, this week (from Monday), all; at most 20 s old."""
    global _kept  # noqa: PLW0603 (one value a process, replaced whole)
    found, good_until = _kept
    if found is None or time.monotonic() > good_until:
        found = _figures()
        _kept = (found, time.monotonic() + KEPT_SECONDS)
    return found


def forget_figures() -> None:
    global _kept  # noqa: PLW0603 (one value a process, replaced whole)
    _kept = (None, 0.0)


def _figures() -> Figures:
    now = timezone.now()
    day = timezone.localdate(now)
    here = Seen.objects.filter(about="")
    today = here.filter(day=day).count()
    # A day that is over and not yet closed counts as it stands.
    open_days = here.filter(day__lt=day)
    closed = DayFigure.objects.filter(about="")
    monday = day - timedelta(days=day.weekday())
    return Figures(
        online=here.filter(last_at__gte=now - ONLINE_FOR).count(),
        today=today,
        week=today
        + open_days.filter(day__gte=monday).count()
        + (closed.filter(day__gte=monday).aggregate(total=Sum("count"))["total"] or 0),
        all=today + open_days.count() + (closed.aggregate(total=Sum("count"))["total"] or 0),
    )


def days(last: int = 14) -> list[tuple[date, int]]:
    """People on each of the last days, today first."""
    today = timezone.localdate()
    counted = dict(
        DayFigure.objects.filter(about="", day__gt=today - timedelta(days=last)).values_list(
            "day", "count"
        )
    )
    counted[today] = Seen.objects.filter(about="", day=today).count()
    wanted = (today - timedelta(days=n) for n in range(last))
    return [(day, counted.get(day, 0)) for day in wanted]


@dataclass(frozen=True)
class Read:
    """An article and its readers by day; None where they are too few to be told."""

    headline: str
    slug: str
    by_day: list[int | None]
    total: int | None


def most_read(last: int = 7, limit: int = 50) -> tuple[list[date], list[Read]]:
    """Articles by readers of the last days, with readers on each day, oldest first."""
    today = timezone.localdate()
    wanted = [today - timedelta(days=n) for n in reversed(range(last))]
    found: dict[str, dict[date, int]] = {}
    closed = DayFigure.objects.filter(day__in=wanted).exclude(about="")
    open_ = Seen.objects.filter(day__in=wanted).exclude(about="")
    rows = [
        *closed.values_list("about", "day", "count"),
        *open_.values_list("about", "day").annotate(count=Count("pk")).order_by(),
    ]
    for about, day, count in rows:
        of = found.setdefault(about, {})
        of[day] = of.get(day, 0) + count
    best = sorted(found, key=lambda about: -sum(found[about].values()))[:limit]
    headlines = dict(Page.objects.filter(slug__in=best).values_list("slug", "headline"))
    return wanted, [
        Read(
            headlines.get(slug, slug),
            slug,
            [_shown(found[slug].get(day, 0)) for day in wanted],
            _shown(sum(found[slug].values())),
        )
        for slug in best
    ]


def _shown(count: int) -> int | None:
    return count if count == 0 or count >= FEWEST_SHOWN else None
