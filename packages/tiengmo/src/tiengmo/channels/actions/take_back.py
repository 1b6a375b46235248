from __future__ import annotations

from itertools import groupby

from django.db import transaction
from django.db.models import Q

from tiengmo.channels import registry
from tiengmo.channels.actions.carry import apply_outcomes, note_failure
from tiengmo.releases.models import Delivery, DeliveryStatus, Release
from tiengmo.releases.workflow import OPEN

NOTHING_OUT_THERE = (DeliveryStatus.WITHDRAWN, DeliveryStatus.CANCELLED)


def take_back(release: Release, *, only_open: bool = False) -> None:
    """Ask every channel to take a release back; each confirms or says what it could not.

    only_open: leave alone what has arrived (a newer version replaces this one), but where it would
    go on being shown. Raises DeliveryError when some channel failed for a reason that may pass; the
    others are done by then.
    """
    deliveries = Delivery.objects.filter(release=release).exclude(status__in=NOTHING_OUT_THERE)
    if only_open:
        shown = [one.code for one in registry.channels() if getattr(one, "keeps_showing", False)]
        deliveries = deliveries.filter(
            Q(status__in=OPEN) | Q(channel__in=shown, status=DeliveryStatus.DELIVERED)
        )
    failure: registry.DeliveryError | None = None
    ordered = deliveries.select_related("village").order_by("channel", "target")
    for code, group in groupby(ordered, key=lambda delivery: delivery.channel):
        of_channel = list(group)
        try:
            with transaction.atomic():
                outcomes = registry.channel(code).withdraw(release, of_channel)
                apply_outcomes(outcomes, act="withdraw")
        except registry.DeliveryError as error:
            note_failure(of_channel, error, act="withdraw")
            if not error.permanent:
                failure = error
    if failure is not None:
        raise failure
