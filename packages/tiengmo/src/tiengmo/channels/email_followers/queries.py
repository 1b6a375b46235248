"""Counts, and what one follower follows. No query gives an address."""

from __future__ import annotations

from django.db.models import Count

from tiengmo.channels.email_followers.models import Follower, Letter
from tiengmo.channels.email_followers.sealing import follower_of


def figures() -> dict[str, int]:
    """How many follow, and how many letters of the last thirty days are in which state."""
    counts = dict.fromkeys((str(Letter.State(value).label) for value in Letter.State), 0)
    for row in Letter.objects.values("state").annotate(count=Count("pk")):
        counts[str(Letter.State(row["state"]).label)] = row["count"]
    followers = Follower.objects.filter(confirmed_at__isnull=False).count()
    return {"người theo dõi": followers} | counts


def follower_by_token(token: str) -> Follower | None:
    """The follower whose letter this link stood in, unless they have left."""
    pk = follower_of(token)
    return Follower.objects.filter(pk=pk).first() if pk else None
