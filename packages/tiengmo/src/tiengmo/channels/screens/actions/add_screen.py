from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.screens import rules
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import EnrolmentCode, Screen
from tiengmo.foundation.vietnamese import nfc
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit, Village


def add_screen(
    *,
    name: str,
    unit: Unit,
    by: Actor,
    village: Village | None = None,
    opens_at: time = time(6),
    closes_at: time = time(22),
    footfall: tuple[int, int] = (0, 0),
) -> Screen:
    """Put a screen on the list of its unit; nobody is let in before `make_code`.

    village: of `unit`, when it hangs in that village's house. footfall: households that come by on
    a day, at least and at most. Raises NotAllowed; ScreenError for a place or figures that cannot
    be.
    """
    if isinstance(by, User):
        require_role(by, Role.TECHNICIAN, unit)
    if problem := problem_with(name, unit, village, footfall):
        raise ScreenError(problem)
    with transaction.atomic():
        screen = Screen.objects.create(
            name=nfc(name.strip())[:120],
            unit=unit,
            village=village,
            opens_at=opens_at,
            closes_at=closes_at,
            footfall_lo=footfall[0],
            footfall_hi=footfall[1],
        )
        record(
            "screens.added",
            by=by,
            subject=screen,
            detail={
                "unit": unit.code,
                "village": village.code if village else "",
                "footfall": list(footfall),
            },
        )
    return screen


def problem_with(name: str, unit: Unit, village: Village | None, footfall: tuple[int, int]) -> str:
    """What keeps a screen from being so, for the person; empty when nothing does."""
    if not name.strip():
        return _("Hãy đặt tên cho màn hình.")
    if village is not None and village.unit_id != unit.pk:
        return _("Thôn này không thuộc đơn vị đã chọn.")
    if footfall[0] > footfall[1]:
        return _("Số hộ qua lại: số ít nhất không được lớn hơn số nhiều nhất.")
    return ""


def make_code(screen: Screen, *, by: Actor) -> str:
    """Make a one-time code for this screen, good for a day; older ones are void.

    Whoever types it takes the screen over from the device that had it. Raises NotAllowed;
    ScreenError for a revoked screen.
    """
    if isinstance(by, User):
        require_role(by, Role.TECHNICIAN, screen.unit)
    code = rules.new_code()
    with transaction.atomic():
        locked = Screen.objects.select_for_update().get(pk=screen.pk)
        if locked.revoked_at is not None:
            raise ScreenError(_("Màn hình này đã bị thu hồi. Hãy thêm màn hình mới."))
        locked.codes.filter(used_at=None).delete()
        row = EnrolmentCode.objects.create(
            screen=locked,
            code_hash=rules.digest(code),
            expires_at=timezone.now() + rules.CODE_LIFE,
        )
        record(
            "screens.code_made",
            by=by,
            subject=locked,
            detail={"expires_at": row.expires_at.isoformat()},
        )
    return code
