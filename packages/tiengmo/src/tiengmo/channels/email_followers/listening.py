"""What the portal shows, corrects or takes back becomes letters that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.channels.email_followers.models import Follower, Following, Letter
from tiengmo.channels.email_followers.posting import TELL, post_soon
from tiengmo.outbox.actions import announce
from tiengmo.places.queries import area_paths, villages_in
from tiengmo.releases.models import DeliveryStatus, Release

if TYPE_CHECKING:
    from tiengmo.places.models import Unit
    from tiengmo.releases.models import Delivery

PORTAL = "portal"
BATCH = 1000


def on_deliveries_moved(*, deliveries: list[Delivery], **_rest: Any) -> None:
    """A release that stands on the portal is told to those who follow, once that commits."""
    for delivery in deliveries:
        if delivery.channel == PORTAL and delivery.status == DeliveryStatus.DELIVERED:
            announce(TELL, {"release": str(delivery.release_id)})


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """In the withdrawal's own transaction: what waits is not sent, whatever the worker does."""
    _drop_waiting(release.pk)
    announce(TELL, {"release": str(release.pk), "withdrawn": True})


def on_released(*, release: Release, **_rest: Any) -> None:
    """A newer version is out: nobody is still sent the one it replaces."""
    if release.replaces_id is not None:
        _drop_waiting(release.replaces_id)


def on_unit_succeeded(*, predecessor: Unit, successor: Unit, **_rest: Any) -> None:
    """Whoever follows a commune that was merged follows the one that took it over."""
    followers = Following.objects.filter(kind=Following.Kind.AREA, code=predecessor.code)
    Following.objects.bulk_create(
        [
            Following(follower_id=pk, kind=Following.Kind.AREA, code=successor.code)
            for pk in followers.values_list("follower_id", flat=True)
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def tell_of(release: Release) -> int:
    """Write a letter for each follower this release is for; running it again adds nothing."""
    if release.status == Release.Status.WITHDRAWN:
        return tell_withdrawn(release)
    kind = Letter.Kind.NEWS if release.replaces_id is None else Letter.Kind.CORRECTION
    followers = dict(
        Follower.objects.filter(pk__in=_matching(release), confirmed_at__isnull=False).values_list(
            "pk", "rhythm"
        )
    )
    if release.replaces_id is not None:
        # Who was told what was wrong is told what is right, whatever the new audience.
        told = _told(release.replaces_id).values_list("follower_id", "follower__rhythm")
        followers |= dict(told)
    return _write(release, kind, followers)


def tell_withdrawn(release: Release) -> int:
    """Only those who were told of it are told that it was taken back."""
    with transaction.atomic():
        _drop_waiting(release.pk)
        followers = dict(_told(release.pk).values_list("follower_id", "follower__rhythm"))
        # Not kept for the day's letter: what is wrong is put right at once.
        return _write(release, Letter.Kind.WITHDRAWAL, dict.fromkeys(followers, ""))


def _drop_waiting(release_id: object) -> None:
    Letter.objects.filter(
        release=release_id, state__in=(Letter.State.HELD, Letter.State.WAITING)
    ).exclude(kind=Letter.Kind.WITHDRAWAL).update(
        state=Letter.State.DROPPED, changed_at=timezone.now()
    )


def _told(release_id: object) -> Any:
    gone_out = (Letter.State.SENDING, Letter.State.SENT, Letter.State.IN_DOUBT)
    return Letter.objects.filter(release_id=release_id, state__in=gone_out)


def _write(release: Release, kind: str, followers: dict[Any, str]) -> int:
    letters = [
        Letter(
            follower_id=pk,
            kind=kind,
            release=release,
            state=Letter.State.HELD
            if rhythm == Follower.Rhythm.DAILY and kind == Letter.Kind.NEWS
            else Letter.State.WAITING,
        )
        for pk, rhythm in followers.items()
    ]
    with transaction.atomic():
        Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=BATCH)
        post_soon()
    return len(letters)


def _matching(release: Release) -> set[Any]:
    """Followers of the release's category, or of an area that it is for."""
    touched = areas_touched(release.audience) | {release.unit.code}
    category = release.category
    found = set()
    rows = Following.objects.values_list("kind", "code").distinct()
    mine = [
        (kind, code)
        for kind, code in rows
        if (code in touched if kind == Following.Kind.AREA else category and code == category)
    ]
    for kind, code in mine:
        found |= set(
            Following.objects.filter(kind=kind, code=code).values_list("follower_id", flat=True)
        )
    return found


def areas_touched(audience: list[str]) -> set[str]:
    """Codes of every village that the audience holds, and of every unit above one of them."""
    paths = area_paths(villages_in(audience))
    return set(audience).union(*paths.values())
