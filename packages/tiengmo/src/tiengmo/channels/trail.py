"""What is still out there of a release that was taken back or replaced, channel by channel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels import registry
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.releases.models import Attempt, Delivery, DeliveryStatus, Release
from tiengmo.releases.workflow import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.utils.functional import Promise

# Said by the other side itself, later than the order to let go.
CONFIRMED = "confirm"
_ORDER = list(Standing)


@dataclass(frozen=True)
class Part:
    """What stands alike on one channel: its rows, and how many things they are."""

    standing: Standing
    count: int
    counted: str
    rows: Sequence[TrailRow]

    @property
    def unfollowed(self) -> int:
        """Things that cannot be taken back and have not been followed yet."""
        return sum(row.count for row in self.rows if row.is_followed is False)


@dataclass(frozen=True)
class ChannelTrail:
    code: str
    label: str | Promise
    parts: Sequence[Part]

    @property
    def is_done(self) -> bool:
        """Nothing waits, and everybody who had it has been told."""
        return all(
            part.standing is not Standing.WAITING and not part.unfollowed for part in self.parts
        )


def newer_versions(release: Release) -> list[Release]:
    """What replaced a release, then what replaced that, as far as they went out."""
    found: list[Release] = []
    level = [release.pk]
    while level:
        newer = list(
            Release.objects.filter(replaces__in=level, released_at__isnull=False)
            .exclude(pk__in=[one.pk for one in found])
            .order_by("released_at")
        )
        found.extend(newer)
        level = [one.pk for one in newer]
    return found


def is_over(release: Release) -> bool:
    """Was it taken back or replaced after it had gone out?"""
    if release.released_at is None:
        return False
    return release.status == Release.Status.WITHDRAWN or bool(newer_versions(release))


def over_since(release: Release) -> datetime | None:
    """When it stopped being true: taken back, or replaced."""
    if release.withdrawn_at is not None:
        return release.withdrawn_at
    newer = newer_versions(release)
    return newer[0].released_at if newer else None


def trail_of(release: Release) -> list[ChannelTrail]:
    """Every channel that carried this release, in the order in which it was cleared for them."""
    own = registry.trails()
    labels = {one.code: one.label for one in registry.channels()}
    carried = release.deliveries.order_by("channel").values_list("channel", flat=True).distinct()
    codes = dict.fromkeys([*(c for c in release.channels if c in set(carried)), *carried, *own])
    found = []
    for code in codes:
        trail = own.get(code) or registry.Trail(
            code, labels.get(code, code), _plain(code), counted_places
        )
        if parts := _parts(trail, release):
            found.append(ChannelTrail(code, trail.label, parts))
    return found


def _parts(trail: registry.Trail, release: Release) -> list[Part]:
    by_standing: dict[Standing, list[TrailRow]] = defaultdict(list)
    for row in trail.rows_of(release):
        by_standing[row.standing].append(row)
    parts = []
    for standing in _ORDER:
        rows = sorted(by_standing[standing], key=_unfollowed_first)
        if rows:
            count = sum(row.count for row in rows)
            parts.append(Part(standing, count, trail.counted(count), rows))
    return parts


def _unfollowed_first(row: TrailRow) -> tuple[bool, str]:
    return row.is_followed is not False, row.where


def counted_places(count: int) -> str:
    return ngettext("%(n)d nơi nhận", "%(n)d nơi nhận", count) % {"n": count}


def deliveries_of(release: Release, channel: str) -> list[Delivery]:
    rows = Delivery.objects.filter(release=release, channel=channel)
    return list(rows.select_related("village__unit").order_by("target_name", "target"))


def place_of(delivery: Delivery) -> str:
    """A target's name with its village and commune, nothing twice."""
    village = delivery.village
    names = [delivery.target_name or delivery.target]
    if village is not None:
        names += [name for name in (village.name, village.unit.name) if name not in names[0]]
    return ", ".join(names)


def let_go_at(deliveries: Iterable[Delivery]) -> dict[UUID, datetime]:
    """When each was confirmed to be taken back: by the other side itself, or by our own act."""
    rows = Attempt.objects.filter(
        delivery__in=list(deliveries), act__in=("withdraw", CONFIRMED), outcome="ok"
    )
    acts = rows.order_by().values_list("delivery", "act").annotate(at=Max("at"))
    # The other side's own word comes second, and stands.
    return {pk: at for pk, _act, at in sorted(acts, key=lambda row: row[1] == CONFIRMED)}


def note_confirmed(deliveries: Iterable[Delivery], detail: str) -> None:
    """Write down that the other side itself said it let go; inside the caller's transaction."""
    Attempt.objects.bulk_create(
        [
            Attempt(delivery=one, act=CONFIRMED, outcome="ok", detail=detail[:2000])
            for one in deliveries
        ],
        batch_size=500,
    )


def correction_to(release: Release, channel: str) -> dict[str, Delivery]:
    """Target → its delivery of the newest version that went there on this channel."""
    rows = Delivery.objects.filter(
        release__in=newer_versions(release),
        release__status=Release.Status.RELEASED,
        channel=channel,
    )
    return {one.target: one for one in rows.order_by("release__released_at")}


def what_follows(release: Release, correction: Delivery | None) -> tuple[str, bool | None]:
    """In words, and whether it has arrived: what goes where nothing can be taken back."""
    if correction is None:
        if release.status == Release.Status.WITHDRAWN:
            return _("Chưa có tin báo gỡ đi theo kênh này."), None
        return _("Bản đính chính không gửi tới nơi này."), None
    if correction.status == DeliveryStatus.DELIVERED:
        return _("Bản đính chính đã tới."), True
    return (
        _("Bản đính chính: %(status)s.") % {"status": correction.get_status_display()},
        False,
    )


def _plain(code: str) -> Callable[[Release], list[TrailRow]]:
    """What deliveries alone tell, for a channel without words of its own."""

    def rows_of(release: Release) -> list[TrailRow]:
        deliveries = deliveries_of(release, code)
        gone_at, newer = let_go_at(deliveries), correction_to(release, code)
        return [_plain_row(release, one, gone_at.get(one.pk), newer) for one in deliveries]

    return rows_of


def _plain_row(
    release: Release, one: Delivery, gone_at: datetime | None, newer: dict[str, Delivery]
) -> TrailRow:
    came_at = one.delivered_at or one.sent_at or one.created_at
    if one.status in (DeliveryStatus.WITHDRAWN, DeliveryStatus.CANCELLED):
        standing, since = Standing.TAKEN_BACK, gone_at
    elif one.status == DeliveryStatus.DELIVERED:
        text, is_followed = what_follows(release, newer.get(one.target))
        return TrailRow(
            Standing.GONE, place_of(one), village=one.village, since=came_at, note=one.detail,
            follows=text, is_followed=is_followed,
        )  # fmt: skip
    elif one.status in OPEN:
        standing, since = Standing.WAITING, came_at
    else:
        standing, since = Standing.TAKEN_BACK, None
    return TrailRow(standing, place_of(one), village=one.village, since=since, note=one.detail)
