from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.official_documents import rules
from tiengmo.official_documents.errors import NotReady
from tiengmo.official_documents.models import DocumentChange, OfficialDocument
from tiengmo.official_documents.permissions import PUBLISHES
from tiengmo.official_documents.workflow import next_state
from tiengmo.people.actions import require_role
from tiengmo.places.queries import standing

from .content import CONTENT, Enclosed, enclose, locked, tell, tidy

if TYPE_CHECKING:
    from tiengmo.people.models import User

LONGEST_REASON = 500


def correct_document(
    document: OfficialDocument,
    *,
    by: User,
    reason: str,
    enclosed: Enclosed | None = None,
    version: int | None = None,
) -> OfficialDocument:
    """Change what a published document says here; what it said before stays readable.

    The address does not change. Raises NotAllowed, NotPossible, ChangedMeanwhile, ValidationError
    by field, NotReady without a reason or without any change.
    """
    enclosed = enclosed or Enclosed()
    reason = rules.clean_line(reason)[:LONGEST_REASON]
    require_role(by, PUBLISHES, standing(document.unit))
    if not reason:
        raise NotReady(_("Hãy ghi lý do đính chính: lý do hiện cho người đọc cùng bản sửa."))
    tidy(document)
    enclosed.judge()
    with transaction.atomic():
        row = locked(document, version)
        require_role(by, PUBLISHES, standing(row.unit))
        row.state = next_state(row.state, "correct")
        row.version += 1
        # The public reads these lines, whatever language the interface speaks to this person.
        with translation.override(settings.LANGUAGE_CODE):
            lines = _take_over(row, document)
            row.save()
            lines += [
                {"label": _("Tệp và văn bản liên quan"), "before": "", "after": line}
                for line in enclose(row, enclosed)
            ]
        if not lines:
            raise NotReady(_("Chưa có gì thay đổi so với bản đang công bố."))
        DocumentChange.objects.create(
            document=row, by_name=by.get_full_name(), reason=reason, lines=lines
        )
        tell(row)
        detail = {"reason": reason, "changed": [line["label"] for line in lines]}
        record("document.corrected", by=by, subject=row, detail=detail)
    return row


def _take_over(row: OfficialDocument, wanted: OfficialDocument) -> list[dict[str, str]]:
    """Put what is wanted into the row, and say what changed."""
    lines = []
    for name in CONTENT:
        before, after = getattr(row, name), getattr(wanted, name)
        if before == after:
            continue
        setattr(row, name, after)
        label = str(getattr(OfficialDocument._meta.get_field(name), "verbose_name", name))
        if name in ("kind", "field"):
            before, after = str(before), str(after)
        lines.append(
            {
                "label": label[:1].upper() + label[1:],
                "before": rules.in_words(before),
                "after": rules.in_words(after),
            }
        )
    return lines
