"""Documents that no longer hold and still stand among the public ones, as upkeep lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.upkeep.registry import DOCUMENTS, MOST, Finding

from .queries import public_documents
from .workflow import State

if TYPE_CHECKING:
    from collections.abc import Iterator


def ended_documents(units: set[int]) -> Iterator[Finding]:
    """Those past their last day, and those replaced by another that is public and says no end."""
    today = timezone.localdate()
    is_replaced = Q(replaced_by__state=State.PUBLISHED)
    rows = (
        public_documents()
        .filter(Q(expires_on__lt=today) | is_replaced & Q(expires_on=None), unit__in=units)
        .annotate(replaced_on=Min("replaced_by__issued_on", filter=is_replaced))
        .order_by("expires_on", "pk")
    )
    for row in rows[:MOST]:
        yield Finding(
            DOCUMENTS,
            str(row.pk),
            row.unit_id,
            f"{row}: {row.abstract}"[:160],
            _("Đã hết hiệu lực: hãy gỡ, hoặc để nguyên làm tư liệu.")
            if row.expires_on
            else _("Đã có văn bản thay thế mà chưa ghi ngày hết hiệu lực: hãy đính chính."),
            reverse("documents_document", args=[row.pk]),
            row.published_by_name,
            row.expires_on or row.replaced_on,
        )
