from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.one_stop.errors import NotPossible, NotReady
from tiengmo.one_stop.models import Procedure, ProcedureVersion, VersionState
from tiengmo.one_stop.permissions import PUBLISHES
from tiengmo.one_stop.taking_effect import await_day, settle
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import lock, locked_version, tidy

if TYPE_CHECKING:
    from tiengmo.people.models import User


def publish_version(
    version: ProcedureVersion, *, by: User, saves: int | None = None
) -> ProcedureVersion:
    """Let a version hold from its day on; what held before stays readable with its days.

    A procedure that was withdrawn or abolished is offered again. Raises NotAllowed, NotPossible,
    ChangedMeanwhile, NotReady when it would begin before the version it replaces.
    """
    with transaction.atomic():
        row = locked_version(version, saves)
        procedure = lock(row.procedure)
        require_role(by, PUBLISHES, standing(procedure.unit))
        if row.state != VersionState.DRAFT:
            raise NotPossible(_("Bản này đã công bố rồi."))
        tidy(row)
        published = procedure.versions.filter(state=VersionState.PUBLISHED)
        newest = published.order_by("-valid_from").first()
        if newest is not None and row.valid_from < newest.valid_from:
            raise NotReady(
                _("Bản mới phải áp dụng từ %(day)s trở đi, là ngày của bản trước nó.")
                % {"day": f"{newest.valid_from:%d/%m/%Y}"}
            )
        row.state = VersionState.PUBLISHED
        row.published_at = timezone.now()
        row.published_by_name = by.get_full_name()
        row.checked_on = row.checked_on or timezone.localdate()
        row.checked_by_name = row.checked_by_name or by.get_full_name()
        row.saves += 1
        row.save()
        offer_again(procedure)
        settle([procedure])
        await_day(procedure, row.valid_from)
        detail = {"number": row.number, "valid_from": str(row.valid_from), "name": row.name}
        record("procedure.published", by=by, subject=procedure, detail=detail)
    return row


def offer_again(procedure: Procedure) -> None:
    """A new version ends a withdrawal and an abolition."""
    if procedure.withdrawn_at is None and procedure.abolished_on is None:
        return
    procedure.withdrawn_at = procedure.abolished_on = None
    procedure.withdrawn_by_name = procedure.withdrawal_reason = procedure.abolition_basis = ""
    procedure.save()
