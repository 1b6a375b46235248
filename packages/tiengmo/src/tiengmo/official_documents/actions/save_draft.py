from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.official_documents.errors import ChangedMeanwhile
from tiengmo.official_documents.permissions import WRITES
from tiengmo.official_documents.workflow import next_state
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import CONTENT, Enclosed, enclose, free_slug, locked, tidy

if TYPE_CHECKING:
    from tiengmo.official_documents.models import OfficialDocument
    from tiengmo.people.models import User


def save_draft(
    document: OfficialDocument,
    *,
    by: User,
    enclosed: Enclosed | None = None,
    version: int | None = None,
) -> OfficialDocument:
    """Enter a document or go on with a draft; nothing of it is public.

    version: that of the page it was edited on. Raises NotAllowed, NotPossible, NotReady for unfit
    files, ChangedMeanwhile, ValidationError by field.
    """
    enclosed = enclosed or Enclosed()
    require_role(by, WRITES, standing(document.unit))
    tidy(document)
    enclosed.judge()
    try:
        return _save(document, by, enclosed, version)
    except IntegrityError as error:
        raise ChangedMeanwhile(
            _("Văn bản này vừa được nhập xong: hãy xem lại trong danh sách.")
        ) from error


def _save(
    document: OfficialDocument, by: User, enclosed: Enclosed, version: int | None
) -> OfficialDocument:
    with transaction.atomic():
        if document.pk is None:
            row, act = document, "document.entered"
            next_state(row.state, "edit")
        else:
            row, act = locked(document, version), "document.edited"
            next_state(row.state, "edit")
            require_role(by, WRITES, standing(row.unit))
            for name in CONTENT:
                setattr(row, name, getattr(document, name))
            row.unit = document.unit
            row.version += 1
        row.slug = free_slug(row)
        row.save()
        enclose(row, enclosed)
        record(act, by=by, subject=row, detail={"abstract": row.abstract})
    return row
