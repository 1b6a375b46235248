from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.airtime import zone
from tiengmo.broadcasting.models import Episode, ShowRule
from tiengmo.broadcasting.rules.recurrence import days_of, holiday_name, instant, is_lunar

if TYPE_CHECKING:
    from collections.abc import Iterable

# A month and a day: what can be seen, put together and copied ahead.
AHEAD = timedelta(days=35)


def make_episodes(rules: Iterable[ShowRule], *, until: date | None = None) -> list[Episode]:
    """Make the episodes that these rules ask for, from now until a day; those that exist stay.

    An episode that somebody moved or cancelled remembers which occurrence it is, and is not made
    again. Safe to run any number of times, in several processes at once.
    """
    now = timezone.now()
    first = now.astimezone(zone()).date()
    last = until or first + AHEAD
    wanted = {
        (rule.pk, at): rule
        for rule in rules
        if rule.show.closed_at is None
        for at in occurrences(rule, first, last)
        if at > now
    }
    known = set(
        Episode.objects.filter(
            rule__in={rule.pk for rule in wanted.values()}, occurs_at__gt=now
        ).values_list("rule_id", "occurs_at")
    )
    new = [
        Episode(
            show=rule.show,
            station_id=rule.show.station_id,
            rule=rule,
            occurs_at=at,
            start_at=at,
            length_minutes=rule.minutes,
        )
        for (pk, at), rule in sorted(wanted.items(), key=lambda one: one[0][1])
        if (pk, at) not in known
    ]
    with transaction.atomic():
        return Episode.objects.bulk_create(new, ignore_conflicts=True)


def occurrences(rule: ShowRule, first: date, last: date) -> list[datetime]:
    """Give the instants of a rule from one local day to another, its exceptions left out."""
    if rule.until_on is not None:
        last = min(last, rule.until_on)
    here = zone()
    skipped = {date.fromisoformat(text) for text in rule.skip_dates}
    return [
        instant(day, rule.at, here).astimezone(UTC)
        for day in days_of(rule.rrule, starts_on=rule.starts_on, first=first, last=last)
        if day not in skipped
        and not (rule.skip_holidays and holiday_name(day))
        and not (rule.skip_lunar and is_lunar(day, rule.skip_lunar))
        and (not rule.only_lunar or is_lunar(day, rule.only_lunar))
    ]
