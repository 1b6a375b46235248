from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.screens.actions.add_screen import problem_with
from tiengmo.channels.screens.actions.enrol_screen import hand_over_what_runs
from tiengmo.channels.screens.beats import beat
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import FormerPlace, Screen
from tiengmo.channels.screens.playlists import is_meant, releases_on
from tiengmo.foundation.vietnamese import nfc
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

if TYPE_CHECKING:
    from datetime import time

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit, Village

COUNTED_BY = ("unit_id", "village_id", "opens_at", "closes_at", "footfall_lo", "footfall_hi")


def change_screen(
    screen: Screen,
    *,
    by: User,
    name: str,
    unit: Unit,
    village: Village | None,
    opens_at: time,
    closes_at: time,
    footfall: tuple[int, int],
) -> Screen:
    """Rename a screen, move it, or state its hours and footfall anew; its device stays let in.

    Moved, it drops within seconds what was only for its old place and shows what runs in the new
    one. Plays from before keep counting for the place and the footfall of their time. Raises
    NotAllowed (a technician of both places may); ScreenError for what cannot be.
    """
    require_role(by, Role.TECHNICIAN, screen.unit)
    require_role(by, Role.TECHNICIAN, unit)
    if problem := problem_with(name, unit, village, footfall):
        raise ScreenError(problem)
    with transaction.atomic():
        locked = Screen.objects.select_for_update().get(pk=screen.pk)
        if locked.revoked_at is not None:
            raise ScreenError(_("Màn hình này đã bị thu hồi. Hãy thêm màn hình mới."))
        before = {field: getattr(locked, field) for field in ("name", *COUNTED_BY)}
        old_unit = locked.unit_id
        wanted = {
            "name": nfc(name.strip())[:120],
            "unit_id": unit.pk,
            "village_id": village.pk if village is not None else None,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "footfall_lo": footfall[0],
            "footfall_hi": footfall[1],
        }
        changed = {field: value for field, value in wanted.items() if before[field] != value}
        if not changed:
            return locked
        if locked.token_hash and not changed.keys().isdisjoint(COUNTED_BY):
            FormerPlace.objects.create(
                screen=locked, **{field: before[field] for field in COUNTED_BY}
            )
        is_moved = not changed.keys().isdisjoint({"unit_id", "village_id"})
        # Also what it left before: it may be moved back.
        locked.left = []
        running = list(releases_on(locked))
        for field, value in changed.items():
            setattr(locked, field, value)
        locked.unit, locked.village = unit, village
        locked.save()  # `is_meant` looks at the row
        locked.left = [str(one.pk) for one in running if not is_meant(locked, one.audience)]
        locked.save(update_fields=["left"])
        if is_moved and locked.token_hash:
            hand_over_what_runs(locked)
        beat({old_unit, unit.pk})
        record(
            "screens.changed",
            by=by,
            subject=locked,
            detail={
                "name": locked.name,
                "unit": unit.code,
                "village": village.code if village else "",
                "hours": [f"{opens_at:%H:%M}", f"{closes_at:%H:%M}"],
                "footfall": list(footfall),
                "changed": sorted(changed),
            },
        )
    return locked
