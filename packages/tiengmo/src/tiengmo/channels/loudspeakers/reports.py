"""What boxes report becomes the state of deliveries and receipts with households."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.workflow import OPEN
from tiengmo.speakers.models import PlayReport

if TYPE_CHECKING:
    from tiengmo.speakers.models import Box, Refusal

CHANNEL = "loudspeakers"
METHOD = "within range of proven sound"
# A play counts when at least this share of its samples went to the sound device.
WHOLE_PLAY = 0.98
MISSED_REASONS = {"quiet_hours", "untrusted_time", "sound_missing"}


def _deliveries(item_id: str, serial: str) -> list[Delivery]:
    # Each repetition of an alert is reported by itself: `{alert}.{version}.{n}`.
    names = {item_id, item_id.rpartition(".")[0] or item_id}
    return list(
        Delivery.objects.filter(channel=CHANNEL, reference__in=names, target=serial).select_related(
            "village"
        )
    )


def _heard_again(item_id: str, serial: str) -> list[Delivery]:
    """Deliveries of a bulletin that this item carries inside an episode."""
    try:
        item = UUID(item_id)
    except ValueError:
        return []
    releases = PlayoutItem.objects.filter(pk=item, segment__release__isnull=False).values(
        "segment__release"
    )
    return list(
        Delivery.objects.filter(
            channel=CHANNEL, release__in=releases, target=serial
        ).select_related("village")
    )


def on_sound_held(*, box: Box, item_id: str, **_: Any) -> None:
    """The box has the sound, verified: nothing is missing for the play."""
    for delivery in _deliveries(item_id, box.serial):
        move_delivery(delivery, DeliveryStatus.SENT)


def _prove(delivery: Delivery, report: PlayReport, *, kind: str) -> None:
    record_receipt(
        delivery,
        key=f"play:{report.pk}",
        kind=kind,
        at=report.started_at or timezone.now(),
        village=delivery.village,
        language=report.language,
        households=(report.box.households_lo, report.box.households_hi),
        method=METHOD,
        proof={
            "start_error_ms": report.start_error_ms,
            "samples_played": report.samples_played,
            "samples_total": report.samples_total,
            "sha256": report.sha256,
        },
    )


def on_play_reported(*, report: PlayReport, **_: Any) -> None:
    """Turn a proof of play into a receipt, or an honest cut or miss into its reason."""
    share = report.samples_played / report.samples_total if report.samples_total else 0
    is_whole = report.outcome == "played" and share >= WHOLE_PLAY
    own = _deliveries(report.item_id, report.box.serial)
    if not own and is_whole:
        for delivery in _heard_again(report.item_id, report.box.serial):
            _prove(delivery, report, kind="played_again")
            # A village that missed the bulletin itself has heard it now.
            if delivery.status == DeliveryStatus.FAILED_PERMANENTLY:
                move_delivery(delivery, DeliveryStatus.DELIVERED)
    for delivery in own:
        if is_whole:
            _prove(delivery, report, kind="played")
            move_delivery(delivery, DeliveryStatus.DELIVERED)
        elif report.outcome == "missed":
            reason = report.reason if report.reason in MISSED_REASONS else "not_played"
            move_delivery(
                delivery,
                DeliveryStatus.FAILED_PERMANENTLY,
                reason=reason,
                detail=report.reason,
            )
        else:
            record_receipt(
                delivery,
                key=f"play:{report.pk}",
                kind="played_partly",
                at=report.started_at or timezone.now(),
                village=delivery.village,
                language=report.language,
                method="cut: no household claim",
                proof={"share": round(share, 3)},
            )
            move_delivery(
                delivery,
                DeliveryStatus.FAILED_PERMANENTLY,
                reason="cut",
                detail=f"{share:.0%}",
            )


def on_box_refused(*, refusal: Refusal, **_: Any) -> None:
    """A refused schedule may hold any open item of that box: note it, the close decides."""
    open_ones = Delivery.objects.filter(
        channel=CHANNEL, target=refusal.box.serial, status__in=OPEN
    ).filter(Q(reason="") | Q(reason="waiting"))
    for delivery in open_ones:
        move_delivery(delivery, delivery.status, reason="refused", detail=refusal.reason)


def catch_up(release_id: str) -> None:
    """Take in reports that came before the deliveries that they prove.

    An alert sounds a second after its signature; its deliveries are a worker's task, and the
    worker may be away.
    """
    still_open = Delivery.objects.filter(
        release_id=release_id, channel=CHANNEL, status__in=OPEN
    ).exclude(reference="")
    for reference, target in still_open.values_list("reference", "target"):
        named = Q(item_id=reference) | Q(item_id__startswith=f"{reference}.")
        for report in PlayReport.objects.filter(named, box_id=target).order_by("received_at"):
            on_play_reported(report=report)


def close(release_id: str) -> None:
    """After the window: what has not proved its play has not played, and the reason is kept."""
    catch_up(release_id)
    still_open = Delivery.objects.filter(
        release_id=release_id, channel=CHANNEL, status__in=OPEN
    ).select_related("village")
    for delivery in still_open:
        reason = delivery.reason or ("not_played" if delivery.was_online else "box_offline")
        move_delivery(delivery, DeliveryStatus.FAILED_PERMANENTLY, reason=reason)
