"""Reads of documents: what the public may see, and what a member of staff works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from .models import OfficialDocument
from .permissions import seen_unit_ids
from .workflow import State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.people.models import User


def public_documents() -> QuerySet[OfficialDocument]:
    """What people may read now, newest first: published, and no longer held back."""
    return (
        OfficialDocument.objects.filter(state=State.PUBLISHED)
        .filter(Q(embargo_until=None) | Q(embargo_until__lte=timezone.now()))
        .select_related("kind", "field")
        .order_by("-issued_on", "-pk")
    )


def documents_for(user: User) -> QuerySet[OfficialDocument]:
    """What this person sees in the staff interface: their units' work, and what is public."""
    mine = Q(unit_id__in=seen_unit_ids(user))
    return OfficialDocument.objects.filter(mine | ~Q(state=State.DRAFT)).select_related(
        "kind", "field", "unit"
    )
