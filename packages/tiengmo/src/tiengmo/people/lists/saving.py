from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.places.queries import top_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiengmo.people.models import User

Row = TypeVar("Row", bound=models.Model)


def save_listed(row: Row, *, by: User, then: Callable[[Row], object] | None = None) -> Row:
    """Add a row to one of the locality's lists or change one; its `code` stays what it was.

    then: what follows a saved row, in the same transaction. Raises NotAllowed, ValidationError.
    """
    tops = top_units()
    require_role(by, Role.ADMINISTRATOR, tops[0] if tops else by.unit)
    for field in _texts(row):
        setattr(row, field, " ".join(str(getattr(row, field)).split()))
    row.full_clean()
    model = type(row)
    with transaction.atomic():
        is_new = row.pk is None
        if not is_new:
            rows = model._default_manager  # noqa: SLF001 (its documented name)
            before: Any = rows.select_for_update().get(pk=row.pk)
            if before.code != row.code:  # type: ignore[attr-defined]
                raise ValidationError({"code": _("Mã đã nằm trong địa chỉ trang, không đổi được.")})
        row.save()
        record(
            f"{model._meta.model_name}.{'added' if is_new else 'changed'}",
            by=by,
            subject=row,
            detail={f.name: getattr(row, f.name) for f in model._meta.fields if f.name != "id"},
        )
        if then is not None:
            then(row)
    return row


def _texts(row: models.Model) -> list[str]:
    return [f.name for f in row._meta.fields if isinstance(f, models.CharField) and not f.choices]
