"""What follows when a release is taken back or replaced, or when news of it comes in."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tiengmo.audit.actors import SYSTEM
from tiengmo.releases.models import Receipt, Release

from .actions.cancel_assignment import cancel_all
from .models import Recount
from .over_time.tallies import OUT

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from tiengmo.reach.models import Assignment
    from tiengmo.releases.models import Delivery

# The tables that say where nothing can call: dead zones, and a village's fibre.
CUTS_OFF = frozenset({"vung-lom", "thon"})


def on_withdrawn(release: Release, **_signal: Any) -> None:
    """Nobody carries to a village what has been taken back."""
    Recount.objects.create(release=release)
    with override(settings.LANGUAGE_CODE):
        why = _("Bản tin đã gỡ.")
    cancel_all(release, by=SYSTEM, why=why)


def on_released(release: Release, **_signal: Any) -> None:
    Recount.objects.create(release=release)
    if release.replaces is not None:
        with override(settings.LANGUAGE_CODE):
            why = _("Đã có bản mới thay bản này.")
        cancel_all(release.replaces, by=SYSTEM, why=why)


def on_receipt(instance: Receipt, **_signal: Any) -> None:
    Recount.objects.create(release_id=instance.delivery.release_id)


def on_retracted(instance: Receipt, origin: Any, **_signal: Any) -> None:
    """What people wrote down and took back; not where the release itself goes."""
    if getattr(origin, "model", type(origin)) is Receipt:
        Recount.objects.create(release_id=instance.delivery.release_id)


def on_moved(deliveries: list[Delivery], **_signal: Any) -> None:
    """A delivery that fails changes why its village was missed."""
    Recount.objects.bulk_create(Recount(release_id=pk) for pk in {d.release_id for d in deliveries})


def on_connectivity(kind: str, since: date, **_signal: Any) -> None:
    """Whether a village is cut off is part of why it was missed, from that day on."""
    if kind in CUTS_OFF:
        start = timezone.make_aware(datetime.combine(since, time.min))
        _count_again(Release.objects.filter(released_at__gte=start))


def on_villages_changed(**_signal: Any) -> None:
    """Households and languages are those on record now, for old releases too."""
    _count_again(Release.objects.all())


def _count_again(releases: QuerySet[Release]) -> None:
    due = releases.filter(status__in=OUT).values_list("pk", flat=True)
    Recount.objects.bulk_create([Recount(release_id=pk) for pk in due], batch_size=500)


def on_run(releases: set[UUID], **_signal: Any) -> None:
    Recount.objects.bulk_create(Recount(release_id=pk) for pk in releases)


def on_work(instance: Assignment, **_signal: Any) -> None:
    if instance.state == instance.State.DONE:
        Recount.objects.create(release_id=instance.release_id)
