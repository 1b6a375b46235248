"""What boxes have let go of: their own word, by the version of the schedule that they go by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import (
    correction_to,
    deliveries_of,
    let_go_at,
    note_confirmed,
    place_of,
    what_follows,
)
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt
from tiengmo.speakers.models import AnnouncedItem, Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from tiengmo.releases.models import Release

CHANNEL = "loudspeakers"
# It was told of the item and has not said that it let go.
HOLDS = "box_holds"
HEARD = ("played", "played_again", "played_partly")
# However late it is told, no box begins what is a day past its last instant.
LATELY = timedelta(days=3)


def counted(count: int) -> str:
    return ngettext("%(n)d cụm loa", "%(n)d cụm loa", count) % {"n": count}


def may_hold(item: PlayoutItem | None, deliveries: Iterable[Delivery]) -> set[str]:
    """Serials of the boxes that may have been told of an item and do not say that it is off."""
    if item is None or not AnnouncedItem.objects.filter(item_id=str(item.pk)).exists():
        return set()
    boxes = Box.objects.filter(pk__in=[one.target for one in deliveries])
    return {
        box.serial
        for box in boxes
        # One that was away all the time finds the newer schedule when it comes back.
        if (box.is_online or (box.last_seen_at and box.last_seen_at >= item.created_at))
        and not _goes_by_it(box.schedules, item)
    }


def _goes_by_it(versions: Mapping[str, int], item: PlayoutItem) -> bool:
    version = versions.get(item.station.code)
    return (
        version is not None
        and item.cancelled_version is not None
        and version >= item.cancelled_version
    )


def on_schedules_taken(*, box: Box, versions: Mapping[str, int], **_rest: Any) -> None:
    """A box goes by another version of a schedule: what that one takes off is gone there."""
    since = timezone.now() - LATELY
    items = PlayoutItem.objects.filter(
        station__code__in=list(versions), cancelled_at__gt=since, cancelled_version__isnull=False
    )
    off = [
        str(item.pk)
        for item in items.exclude(release=None).select_related("station")
        if _goes_by_it(versions, item)
    ]
    if not off:
        return
    confirm(
        Delivery.objects.filter(reference__in=off, channel=CHANNEL, target=box.serial, reason=HOLDS)
    )


def confirm(deliveries: Iterable[Delivery]) -> None:
    """These boxes said it: what they held is off."""
    rows = list(deliveries)
    text = _("Loa đã báo bỏ khỏi lịch phát.")
    for delivery in rows:
        move_delivery(delivery, delivery.status, detail=text)
    note_confirmed(rows, text)


def rows_of(release: Release) -> list[TrailRow]:
    deliveries = deliveries_of(release, CHANNEL)
    boxes = Box.objects.in_bulk([one.target for one in deliveries])
    heard = _heard(deliveries)
    gone_at, newer = let_go_at(deliveries), correction_to(release, CHANNEL)
    item = PlayoutItem.objects.filter(release=release).select_related("station").first()
    rows = []
    for one in deliveries:
        box = boxes.get(one.target)
        if one.pk in heard:
            rows.append(_heard_row(release, one, heard[one.pk], newer.get(one.target)))
        elif one.status == DeliveryStatus.FAILED_PERMANENTLY:
            continue  # it never sounded there, and its time had passed before
        elif one.reason == HOLDS and item is not None and timezone.now() < item.start_before_at:
            rows.append(_waiting_row(one, box))
        elif one.reason == HOLDS and item is not None:
            text = _("đã quá giờ phát, loa không phát nữa")
            rows.append(_back_row(one, item.start_before_at, text))
        elif one.status == DeliveryStatus.WITHDRAWN:
            rows.append(_back_row(one, gone_at.get(one.pk), _by(one, item)))
        else:
            rows.append(_waiting_row(one, box))  # the order to let go has not been given yet
    return rows


def _heard(deliveries: Iterable[Delivery]) -> dict[UUID, tuple[str, datetime]]:
    """Delivery → kind and instant of the fullest play that was proved."""
    found: dict[UUID, tuple[str, datetime]] = {}
    receipts = Receipt.objects.filter(delivery__in=list(deliveries), kind__in=HEARD)
    for receipt in receipts.order_by("at"):
        known = found.get(receipt.delivery_id)
        if known is None or (known[0] == "played_partly" and receipt.kind != "played_partly"):
            found[receipt.delivery_id] = (receipt.kind, receipt.at)
    return found


def _heard_row(
    release: Release, one: Delivery, play: tuple[str, datetime], correction: Delivery | None
) -> TrailRow:
    kind, at = play
    text, is_followed = what_follows(release, correction)
    return TrailRow(
        Standing.GONE,
        place_of(one),
        village=one.village,
        since=at,
        note=_("đã phát dở dang rồi ngừng") if kind == "played_partly" else _("đã phát xong"),
        follows=text,
        is_followed=is_followed,
    )


def _waiting_row(one: Delivery, box: Box | None) -> TrailRow:
    note = _("loa chưa báo đã bỏ khỏi lịch")
    if box is not None and not box.is_online and box.last_seen_at is not None:
        since = timezone.localtime(box.silent_since or box.last_seen_at)
        note = _("loa mất kết nối từ %(since)s") % {"since": f"{since:%H:%M %d/%m}"}
    return TrailRow(
        Standing.WAITING,
        place_of(one),
        village=one.village,
        since=one.sent_at or one.created_at,
        note=note,
    )


def _by(one: Delivery, item: PlayoutItem | None) -> str:
    if one.detail:
        return _("loa báo đã bỏ khỏi lịch")
    return _("chưa từng tới loa") if item is not None else _("đã gửi lệnh dừng")


def _back_row(one: Delivery, at: datetime | None, by: str) -> TrailRow:
    return TrailRow(Standing.TAKEN_BACK, place_of(one), village=one.village, since=at, by=by)
