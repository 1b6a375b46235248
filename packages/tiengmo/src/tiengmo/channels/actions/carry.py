from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels import registry
from tiengmo.outbox.actions import announce
from tiengmo.releases import events
from tiengmo.releases.actions import Move, move_deliveries
from tiengmo.releases.models import Attempt, Delivery, DeliveryStatus, Release

if TYPE_CHECKING:
    from collections.abc import Sequence

# What still has to be tried. A delivery that is SENT or PENDING waits for the other side.
TO_TRY = (DeliveryStatus.CREATED, DeliveryStatus.SENDING, DeliveryStatus.FAILED_TEMPORARILY)


def carry(release: Release) -> None:
    """Let a cleared release go out: one delivery per channel and target, each channel on its own.

    Runs when the release is due. Running it again changes nothing.
    """
    with transaction.atomic():
        locked = Release.objects.select_for_update().get(pk=release.pk)
        if locked.status != Release.Status.SCHEDULED:
            return
        locked.status = Release.Status.RELEASED
        locked.released_at = timezone.now()
        locked.save()
        for code in locked.channels:
            channel = registry.channel(code)
            Delivery.objects.bulk_create(
                [
                    Delivery(
                        release=locked,
                        channel=code,
                        target=target.target,
                        target_name=target.name,
                        village=target.village,
                        was_online=target.is_online,
                    )
                    for target in channel.targets(locked)
                ],
                batch_size=500,
            )
            announce("channel.deliver", {"release": str(locked.pk), "channel": code})
        if locked.replaces and locked.replaces.status == Release.Status.RELEASED:
            announce("channel.supersede", {"release": str(locked.replaces.pk)})
        events.released.send(Release, release=locked)
        # Last: whoever ends work on what this replaces holds that, and waits for the audit log.
        record("release.went_out", by=SYSTEM, subject=locked, detail={"channels": locked.channels})


def deliver(release: Release, channel_code: str) -> None:
    """Hand a release's open deliveries of one channel to that channel.

    Raises DeliveryError when the channel failed for a reason that may pass; the outbox tries again.
    """
    release.refresh_from_db()
    if not _is_out(release):
        return
    deliveries = list(
        Delivery.objects.filter(release=release, channel=channel_code, status__in=TO_TRY)
        .select_related("village")
        .order_by("target")
    )
    if not deliveries:
        return
    channel = registry.channel(channel_code)
    try:
        # One transaction: the channel's own rows (a schedule, a page) and the deliveries agree.
        with transaction.atomic():
            apply_outcomes(channel.deliver(release, deliveries), act="send")
            # Locked last: a withdrawal waits for this to end, or was first and nothing is planned.
            # (Locked first, one channel's planning would keep the others waiting.)
            if not _is_out(Release.objects.select_for_update(no_key=True).get(pk=release.pk)):
                transaction.set_rollback(True)
    except registry.DeliveryError as error:
        note_failure(deliveries, error, act="send")
        if not error.permanent:
            raise


def _is_out(release: Release) -> bool:
    return release.status == Release.Status.RELEASED


def apply_outcomes(outcomes: Sequence[registry.Outcome], *, act: str) -> None:
    """Write what a channel said of each delivery, as a status and an attempt."""
    move_deliveries(
        [
            Move(
                outcome.delivery,
                outcome.status,
                reason=outcome.reason,
                detail=outcome.detail,
                reference=outcome.reference,
            )
            for outcome in outcomes
        ]
    )
    Attempt.objects.bulk_create(
        [
            Attempt(delivery=outcome.delivery, act=act, outcome="ok", detail=outcome.detail)
            for outcome in outcomes
        ],
        batch_size=500,
    )


def note_failure(
    deliveries: Sequence[Delivery], error: registry.DeliveryError, *, act: str
) -> None:
    """Write a failed try for all of these deliveries."""
    status = (
        DeliveryStatus.FAILED_PERMANENTLY if error.permanent else DeliveryStatus.FAILED_TEMPORARILY
    )
    with transaction.atomic():
        if act == "send":
            move_deliveries(
                [
                    Move(delivery, status, reason=error.reason, detail=str(error))
                    for delivery in deliveries
                ]
            )
        Attempt.objects.bulk_create(
            [
                Attempt(delivery=delivery, act=act, outcome="failed", detail=str(error)[:2000])
                for delivery in deliveries
            ],
            batch_size=500,
        )
