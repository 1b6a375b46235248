"""Reads: what is public, what is under embargo, who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tiengmo.channels.press.models import Journalist, Letter, PressItem, RoomKey, RoomSession
from tiengmo.channels.press.sealing import token_hash
from tiengmo.places.queries import top_units

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from tiengmo.places.models import Unit
    from tiengmo.releases.models import Release

CHANNEL = "press"
# A letter that somebody has, or may have.
TOLD = (Letter.State.SENDING, Letter.State.SENT, Letter.State.IN_DOUBT)
ABOUT = (Letter.Kind.EMBARGO, Letter.Kind.NEWS, Letter.Kind.CORRECTION)


def press_office() -> Unit | None:
    """The unit whose editors work with the press: the locality itself."""
    tops = top_units()
    return tops[0] if tops else None


def public_items(at: datetime | None = None) -> QuerySet[PressItem]:
    """What everybody may read at this instant (now), newest first: by the clock, and only the
    newest version of each that may be read."""
    at = at or timezone.now()
    stands = Q(dropped_at=None) | Q(dropped_at__gt=at)
    standing = PressItem.objects.filter(stands, until__lte=at, gone_at=None)
    newer = PressItem.objects.filter(
        source=OuterRef("source"), until__lte=at, cleared_at__gt=OuterRef("cleared_at")
    )
    return (
        standing.exclude(Exists(newer))
        .select_related("release__unit")
        .prefetch_related("release__renditions")
        .order_by("-until", "-pk")
    )


def was_public(item: PressItem, at: datetime) -> bool:
    """Had everybody been able to read it before this instant, or before it was taken back?"""
    ended_at = min(filter(None, (item.gone_at, item.dropped_at, at)))
    return item.until <= ended_at


def newer_public(item: PressItem, at: datetime) -> PressItem | None:
    """The version that everybody reads in place of this one."""
    return public_items(at).filter(source=item.source, cleared_at__gt=item.cleared_at).first()


def under_embargo(at: datetime | None = None) -> QuerySet[PressItem]:
    """What accredited journalists may read and not yet print, soonest first."""
    at = at or timezone.now()
    newer = PressItem.objects.filter(
        source=OuterRef("source"), cleared_at__gt=OuterRef("cleared_at"), gone_at=None
    )
    return (
        PressItem.objects.filter(until__gt=at, gone_at=None, dropped_at=None)
        .exclude(Exists(newer))
        .select_related("release__unit")
        .prefetch_related("release__renditions")
        .order_by("until", "pk")
    )


def accredited() -> QuerySet[Journalist]:
    """Who may read what is under embargo today."""
    return Journalist.objects.filter(
        state=Journalist.State.ACCREDITED,
        accredited_until__gte=timezone.localdate(),
        outlet__isnull=False,
    )


def told_of(release: Release) -> QuerySet[Journalist]:
    """Who has, or may have, a letter about this release or about what it replaces."""
    versions: list[Release] = []
    version: Release | None = release
    while version is not None:
        versions.append(version)
        version = version.replaces
    return Journalist.objects.filter(
        letters__release__in=versions, letters__kind__in=ABOUT, letters__state__in=TOLD
    ).distinct()


def key_is_good(token: str) -> bool:
    """Would this link let somebody in now?"""
    return RoomKey.objects.filter(
        token_hash=token_hash(token),
        used_at=None,
        expires_at__gt=timezone.now(),
        journalist__in=accredited(),
    ).exists()


def journalist_of(token: str) -> Journalist | None:
    """Who is signed in with what this browser holds; None once either has ended."""
    if not token:
        return None
    session = (
        RoomSession.objects.select_related("journalist__outlet")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if session is None or not session.is_open_at(timezone.now()):
        return None
    journalist = session.journalist
    return journalist if journalist.is_accredited_on(timezone.localdate()) else None
