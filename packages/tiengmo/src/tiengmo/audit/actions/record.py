from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from tiengmo.audit.actors import Actor, id_and_name
from tiengmo.audit.anchors import write_anchor
from tiengmo.audit.chain import canonical_detail, clean_text, row_hash
from tiengmo.audit.models import AuditEntry, ChainHead


def record(
    action: str, *, by: Actor, subject: models.Model | str, detail: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Add one row to the chain, in the caller's transaction: both stand or fall together.

    `subject` is what was acted on: a saved model, or a name where there is no row for it. The head
    of the chain stays locked until the caller commits, so call this after the slow part and after
    taking other locks.
    """
    actor_id, actor_name = id_and_name(by)
    if isinstance(subject, models.Model):
        subject_type, subject_id = subject._meta.label_lower, str(subject.pk)
    else:
        subject_type, subject_id = "", ""
    with transaction.atomic():
        head = _locked_head()
        row: dict[str, Any] = {
            "sequence": head.sequence + 1,
            "at": timezone.now(),
            "actor_id": clean_text(actor_id, 64),
            "actor_name": clean_text(actor_name, 200),
            "action": clean_text(action, 80),
            "subject_type": clean_text(subject_type, 80),
            "subject_id": clean_text(subject_id, 64),
            "subject_name": clean_text(str(subject), 300),
            "detail": canonical_detail(dict(detail or {})),
            "previous_hash": head.hash,
        }
        entry = AuditEntry(**row, hash=row_hash(**row)).append()
        ChainHead.objects.filter(pk=head.pk).update(sequence=entry.sequence, hash=entry.hash)
        transaction.on_commit(partial(write_anchor, entry.sequence, entry.hash), robust=True)
    return entry


def _locked_head() -> ChainHead:
    # PostgreSQL: the row lock lets one writer at a time read the last hash. SQLite: the transaction
    # is IMMEDIATE (settings), so this process is already the only writer.
    head = ChainHead.objects.select_for_update().first()
    if head is None:
        ChainHead.objects.get_or_create(pk=1)
        head = ChainHead.objects.select_for_update().get(pk=1)
    return head
