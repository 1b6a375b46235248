from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.outreach.sessions.models import Kind, YearTarget
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

MOST = 10_000
YEARS = range(2020, 2101)


def set_target(unit: Unit, *, kind: str, year: int, sessions: int, by: User) -> None:
    """Say how many sessions of a kind a unit means to hold in a year; 0 takes the target away.

    Raises NotAllowed, SessionError.
    """
    require_role(by, Role.APPROVER, unit)
    if kind not in Kind.values or year not in YEARS or not 0 <= sessions <= MOST:
        raise SessionError({"sessions": _("Chỉ tiêu từ 0 đến 10.000 buổi một năm.")})
    with transaction.atomic():
        if sessions:
            YearTarget.objects.update_or_create(
                unit=unit, kind=kind, year=year, defaults={"sessions": sessions}
            )
        else:
            YearTarget.objects.filter(unit=unit, kind=kind, year=year).delete()
        record(
            "outreach.target_set",
            by=by,
            subject=unit,
            detail={"kind": kind, "year": year, "sessions": sessions},
        )
