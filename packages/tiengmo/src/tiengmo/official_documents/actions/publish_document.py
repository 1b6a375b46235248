from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM, Actor, id_and_name
from tiengmo.official_documents.errors import NotReady
from tiengmo.official_documents.permissions import PUBLISHES
from tiengmo.official_documents.workflow import next_state
from tiengmo.people.actions import require_role
from tiengmo.people.models import User
from tiengmo.places.queries import standing

from .content import locked, tell

if TYPE_CHECKING:
    from tiengmo.official_documents.models import OfficialDocument


def publish_document(
    document: OfficialDocument, *, by: Actor, version: int | None = None
) -> OfficialDocument:
    """Let the public read a document, now or from the end of its embargo on.

    Raises NotAllowed, NotPossible, ChangedMeanwhile, NotReady when there is nothing to read.
    """
    with transaction.atomic():
        row = locked(document, version)
        if by is not SYSTEM:
            require_role(_person(by), PUBLISHES, standing(row.unit))
        row.state = next_state(row.state, "publish")
        if not row.body and not row.files.filter(removed_at=None).exists():
            raise NotReady(_("Hãy đính tệp văn bản hoặc nhập nội dung trước khi công bố."))
        row.published_at = timezone.now()
        row.published_by_name = id_and_name(by)[1]
        row.version += 1
        row.save()
        tell(row)
        detail = {"slug": row.slug, "embargo_until": str(row.embargo_until or "")}
        record("document.published", by=by, subject=row, detail=detail)
    return row


def _person(by: Actor) -> User:
    if not isinstance(by, User):
        raise TypeError(f"Publishing needs a person or the system itself, not {by!r}.")
    return by
