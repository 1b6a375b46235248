from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from speaker_link.enrolment import EnrolmentCode as Code

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.speakers import keys
from tiengmo.speakers.models import EnrolmentCode
from tiengmo.speakers.rules import CODE_LIFE

if TYPE_CHECKING:
    from datetime import timedelta

    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Village


def make_enrolment_code(
    village: Village,
    *,
    by: Actor,
    name: str = "",
    life: timedelta = CODE_LIFE,
    **placement: Any,
) -> str:
    """Make a one-time code that lets one box of this village in; only its hash is kept.

    placement: latitude, longitude, horns, households_lo, households_hi, range_method, volume,
        max_volume, is_test_mode, quiet_hours; what is not given is taken from the village.

    Raises:
        NotAllowed: `by` is no technician here.
        RootKeyMissing: the locality has no root key that a box could pin.
    """
    if isinstance(by, User):
        require_role(by, Role.TECHNICIAN, village.unit)
    code = Code.new(keys.root_public())
    with transaction.atomic():
        row = EnrolmentCode.objects.create(
            code_hash=code.digest(),
            village=village,
            name=name,
            placement=placement,
            expires_at=timezone.now() + life,
        )
        record(
            "speakers.code_made",
            by=by,
            subject=village,
            detail={"name": name, "expires_at": row.expires_at.isoformat()},
        )
    return str(code)
