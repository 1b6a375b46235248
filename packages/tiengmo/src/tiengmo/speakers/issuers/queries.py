from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.people.queries import line_of
from tiengmo.speakers.models import IssuerKey

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def own_key(user: User) -> IssuerKey | None:
    """The person's newest key that was not revoked, certified or not."""
    return (
        IssuerKey.objects.filter(user=user, revoked_at=None)
        .select_related("unit")
        .order_by("-created_at")
        .first()
    )


def certified_key(user: User, unit: Unit) -> IssuerKey | None:
    """The person's key that may issue for this unit now: certified for it or for one above it."""
    now = timezone.now()
    above = {one.code for one in line_of(unit)}
    rows = IssuerKey.objects.filter(
        user=user, revoked_at=None, not_before_at__lte=now, expires_at__gt=now
    ).exclude(certificate="")
    return next((row for row in rows if above & set(row.areas)), None)
