"""What lower apps announce: which item the feeds list, and who is told that it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.partners.models import Item, Push
from tiengmo.channels.partners.posting import post_soon, settle_soon
from tiengmo.channels.partners.queries import CHANNEL, chain_of, told_of
from tiengmo.releases.models import Delivery

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.releases.models import Release

# A tombstone is worth more than news: it is offered for a week.
STAYS_TRUE = timedelta(days=7)


def on_released(*, release: Release, **_rest: Any) -> None:
    """In the transaction in which it goes out: the feeds list it in place of what it corrects."""
    for earlier in chain_of(release)[1:]:
        cancel(earlier)
    atom_id = chain_of(release)[-1]
    item = Item.objects.select_for_update().filter(atom_id=atom_id).first()
    now = timezone.now()
    if CHANNEL in release.channels:
        if item is None:
            Item.objects.create(atom_id=atom_id, release=release, published_at=now, updated_at=now)
            return
        item.release, item.gone_at, item.gone_reason = release, None, ""
        item.updated_at = _later_than(item.updated_at, now)
        item.save()
    elif item is not None and item.gone_at is None:
        # What is right does not come this way; what was wrong must not stay there.
        _bury(item, _("Tin đã được đính chính ở nơi khác."), now)
        bury_where_it_is(item.release)


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """In the withdrawal's own transaction: what waits is not sent, and the feeds say it is gone."""
    cancel(release.pk)
    item = Item.objects.select_for_update().filter(release=release, gone_at=None).first()
    if item is not None:
        _bury(item, release.withdrawal_reason, timezone.now())


def cancel(release_id: Any) -> None:
    """Nobody is still sent what waits of this release."""
    rows = Push.objects.filter(release=release_id, kind=Push.Kind.NEWS, state=Push.State.WAITING)
    deliveries = set(rows.values_list("delivery", flat=True))
    rows.update(state=Push.State.CANCELLED, ended_at=timezone.now())
    settle_soon(deliveries)


def bury_where_it_is(release: Release) -> int:
    """A tombstone for every subscription that has it or may have it, once; how many may have it."""
    by_partner = dict(
        Delivery.objects.filter(release=release, channel=CHANNEL).values_list("target", "pk")
    )
    now = timezone.now()
    rows = [
        Push(
            subscription=one,
            kind=Push.Kind.WITHDRAWAL,
            release=release,
            delivery_id=by_partner[str(one.partner_id)],
            due_at=now,
            expires_at=now + STAYS_TRUE,
        )
        for one in told_of(release)
        if str(one.partner_id) in by_partner
    ]
    if rows:
        Push.objects.bulk_create(rows, ignore_conflicts=True)
        post_soon()
    return len(rows)


def _bury(item: Item, reason: str, now: datetime) -> None:
    item.gone_at = item.updated_at = _later_than(item.updated_at, now)
    item.gone_reason = reason
    item.save()


def _later_than(before: datetime, now: datetime) -> datetime:
    """Partners go by which is newer: a clock that was set back must not make it older."""
    return max(now, before + timedelta(milliseconds=1))
