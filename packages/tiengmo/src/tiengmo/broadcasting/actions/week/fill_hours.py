"""What fills a station's hours where no episode is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.models import FillRule, Pool, PoolSound

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit
    from tiengmo.voices.models import Sound


def make_pool(station: Unit, title: str, *, by: Actor, is_invented: bool = False) -> Pool:
    """Make a pool of sounds for a station. Raises NotAllowed."""
    require_operator(by, station)
    with transaction.atomic():
        pool = Pool.objects.create(station=station, title=title.strip(), is_invented=is_invented)
        follow_up("pool_made", by=by, station=station, subject=pool)
    return pool


def add_to_pool(pool: Pool, sound: Sound, title: str, *, by: Actor) -> PoolSound:
    """Put a sound into a pool; one that is there already stays once. Raises NotAllowed."""
    require_operator(by, pool.station)
    with transaction.atomic():
        entry, _is_new = PoolSound.objects.get_or_create(
            pool=pool, sound=sound, defaults={"title": title.strip()}
        )
        follow_up(
            "pool_sound_added", by=by, station=pool.station, subject=pool, detail={"title": title}
        )
    return entry


def remove_from_pool(entry: PoolSound, *, by: Actor) -> None:
    """Take a sound out of a pool. Raises NotAllowed."""
    station = entry.pool.station
    require_operator(by, station)
    with transaction.atomic():
        PoolSound.objects.filter(pk=entry.pk).delete()
        follow_up(
            "pool_sound_removed",
            by=by,
            station=station,
            subject=entry.pool,
            detail={"title": entry.title},
        )


def set_fill(rule: FillRule, *, by: Actor) -> FillRule:
    """Have a station's gaps between two local times filled from a pool.

    Raises NotAllowed; BroadcastingError when the times meet those of another rule.
    """
    require_operator(by, rule.station)
    with transaction.atomic():
        others = FillRule.objects.filter(
            station=rule.station, from_at__lt=rule.to_at, to_at__gt=rule.from_at
        )
        if others.exclude(pk=rule.pk).exists():
            raise BroadcastingError(_("Khoảng giờ này đã có quy tắc lấp chỗ trống khác."))
        rule.save()
        follow_up("fill_set", by=by, station=rule.station, subject=rule)
    return rule


def remove_fill(rule: FillRule, *, by: Actor) -> None:
    """Let a station's gaps be silent again. Raises NotAllowed."""
    require_operator(by, rule.station)
    with transaction.atomic():
        follow_up("fill_removed", by=by, station=rule.station, subject=rule)
        # Otherwise what it planned would outlive it, with nobody to make it move.
        rule.items.filter(start_at__gt=timezone.now()).delete()
        FillRule.objects.filter(pk=rule.pk).delete()
