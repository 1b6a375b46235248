"""What feeds list, who takes them, and who was told of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from tiengmo.channels.partners.models import Item, Partner, Push, Subscription
from tiengmo.places.models import Village
from tiengmo.places.queries import unit_by_code, units_below, villages_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from tiengmo.channels.partners.rules import Topic
    from tiengmo.releases.models import Release

CHANNEL = "partners"
A_FEED = 50
# A unit's feed is picked from so many of the newest.
LOOKED_AT = 300


def partners_in_use() -> QuerySet[Partner]:
    """Partners that an administrator lets take bulletins today."""
    today = timezone.localdate()
    return Partner.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), is_used=True)


def subscriptions_on() -> QuerySet[Subscription]:
    """Verified, within their lease, of partners in use."""
    return Subscription.objects.filter(
        partner__in=partners_in_use(),
        state=Subscription.State.ACTIVE,
        lease_until__gt=timezone.now(),
    )


def chain_of(release: Release) -> list[UUID]:
    """The release and all that it corrects, newest first."""
    found = [release.pk]
    while release.replaces is not None and release.replaces.pk not in found:
        release = release.replaces
        found.append(release.pk)
    return found


def told_of(release: Release) -> QuerySet[Subscription]:
    """Subscriptions that have, or may have, this release or one that it corrects."""
    pushes = Push.objects.filter(release__in=chain_of(release), kind=Push.Kind.NEWS, attempts__gt=0)
    return Subscription.objects.filter(pk__in=pushes.order_by().values("subscription"))


def takes(topic: Topic, release: Release) -> bool:
    """Does this feed list this release?"""
    if topic.category:
        return release.category == topic.category
    if topic.unit_code:
        here = villages_in([topic.unit_code])
        return villages_in(release.audience).filter(pk__in=here.values("pk")).exists()
    return True


def items_of(topic: Topic) -> list[Item]:
    """The newest fifty of a feed, what is gone too."""
    rows = Item.objects.select_related("release__unit").prefetch_related("release__renditions")
    if topic.category:
        rows = rows.filter(release__category=topic.category)
    if not topic.unit_code:
        return list(rows[:A_FEED])
    codes = _codes_touching(topic.unit_code)
    return [one for one in rows[:LOOKED_AT] if codes.intersection(one.release.audience)][:A_FEED]


def _codes_touching(code: str) -> set[str]:
    """Area codes whose bulletins are a unit's: its own, those above it, and all below."""
    unit = unit_by_code(code)
    if unit is None:
        return set()
    below = units_below(unit)
    codes = set(below.values_list("code", flat=True))
    codes |= set(Village.objects.filter(unit__in=below).values_list("code", flat=True))
    while unit.parent is not None:
        unit = unit.parent
        codes.add(unit.code)
    return codes
