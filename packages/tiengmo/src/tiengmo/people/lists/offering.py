from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)


def offered(model: type[Row], chosen: int | None) -> QuerySet[Row]:
    """The rows of a list that a form offers: those in use, and the one chosen before."""
    return model._default_manager.filter(Q(is_used=True) | Q(pk=chosen))  # noqa: SLF001 (its documented name)
