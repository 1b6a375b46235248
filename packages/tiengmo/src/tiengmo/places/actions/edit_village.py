"""Correct what is on record of one village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.places.errors import NotYours
from tiengmo.places.events import villages_changed
from tiengmo.places.models import Village
from tiengmo.places.rights import why_not

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.audit.actors import Actor


def edit_village(
    village: Village,
    *,
    by: Actor,
    households: int,
    population: int,
    languages: Sequence[str],
    is_dead_zone: bool,
) -> bool:
    """Change a village's figures, languages and coverage; False when nothing differs.

    languages: BCP 47 tags in the order the village prefers them; its loudspeakers play the first
    edition there is. Raises NotYours.
    """
    wanted = {
        "households": households,
        "population": population,
        "languages": list(languages),
        "is_dead_zone": is_dead_zone,
    }
    with transaction.atomic():
        locked = Village.objects.select_for_update().select_related("unit").get(pk=village.pk)
        if reason := why_not(by, locked.unit):
            raise NotYours(reason)
        before = {name: getattr(locked, name) for name in wanted}
        changed = {name: value for name, value in wanted.items() if before[name] != value}
        if not changed:
            return False
        Village.objects.filter(pk=locked.pk).update(**changed)
        village.refresh_from_db()
        # Before the chain's head is locked: who hears of it takes locks of its own.
        villages_changed.send(Village, villages=[village], by=by)
        record(
            "village.changed",
            by=by,
            subject=village,
            detail={"from": {name: before[name] for name in changed}, "to": changed},
        )
    return True
