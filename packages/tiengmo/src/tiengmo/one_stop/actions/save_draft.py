from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.one_stop.errors import ChangedMeanwhile, NotPossible
from tiengmo.one_stop.models import Procedure, ProcedureVersion, VersionState
from tiengmo.one_stop.permissions import WRITES
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import checked_fees, checked_papers, lock, locked_version, set_lines, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.people.models import User

    from .content import FeeWords, PaperWords


def save_draft(
    version: ProcedureVersion,
    *,
    by: User,
    papers: Sequence[PaperWords],
    fees: Sequence[FeeWords],
    saves: int | None = None,
) -> ProcedureVersion:
    """Write a draft of a procedure, new or not; nothing of it is public.

    A new procedure comes as `version.procedure`, unsaved, with its unit and code. saves: those of
    the page it was edited on. Raises NotAllowed, NotPossible, NotReady, ChangedMeanwhile,
    ValidationError by field.
    """
    procedure = version.procedure
    require_role(by, WRITES, standing(procedure.unit))
    tidy(version)
    papers, fees = checked_papers(papers), checked_fees(fees)
    if procedure.pk is None:
        procedure.code = procedure.code.strip()
        procedure.name, procedure.agency = version.name, version.agency
        procedure.field, procedure.level = version.field, version.level
        procedure.clean_fields(exclude=["current"])
        procedure.validate_unique()
    try:
        with transaction.atomic():
            row = _written(version, procedure, saves)
            set_lines(row, papers, fees)
            record("procedure.draft_saved", by=by, subject=row, detail={"name": row.name})
            return row
    except IntegrityError as error:
        raise ChangedMeanwhile(_("Thủ tục này vừa được người khác lưu.")) from error


def _written(
    version: ProcedureVersion, procedure: Procedure, saves: int | None
) -> ProcedureVersion:
    if version.pk is not None:
        row = locked_version(version, saves)
        if row.state != VersionState.DRAFT:
            raise NotPossible(_("Bản này đã công bố. Hãy soạn một bản mới thay nó."))
        version.number, version.saves = row.number, row.saves + 1
        if row.procedure.current_id is None:
            _show_draft(row.procedure, version)
    else:
        if procedure.pk is None:
            procedure.save()
            version.procedure = procedure
        else:
            lock(procedure)
        last = procedure.versions.aggregate(last=Max("number"))["last"] or 0
        version.number = last + 1
    version.state = VersionState.DRAFT
    version.save()
    return version


def _show_draft(procedure: Procedure, version: ProcedureVersion) -> None:
    """Before anything is in force, lists for staff name a procedure as its draft does."""
    Procedure.objects.filter(pk=procedure.pk, current=None).update(
        name=version.name, agency=version.agency, field=version.field, level=version.level
    )
