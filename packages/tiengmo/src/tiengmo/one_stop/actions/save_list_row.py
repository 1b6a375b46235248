from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tiengmo.one_stop.handlers import RENAMED
from tiengmo.one_stop.models import ProcedureField, ProcedureLevel
from tiengmo.outbox.actions import announce
from tiengmo.people.lists import save_listed

if TYPE_CHECKING:
    from tiengmo.people.models import User

Row = TypeVar("Row", ProcedureField, ProcedureLevel)


def save_list_row(row: Row, *, by: User) -> Row:
    """Add a row to a list or change one; what search says of it follows after the commit.

    Raises NotAllowed, ValidationError.
    """
    return save_listed(row, by=by, then=_let_search_follow)


def _let_search_follow(row: ProcedureField | ProcedureLevel) -> None:
    of = {"list": row._meta.model_name, "row": row.pk}
    announce(RENAMED, of, key=f"{RENAMED}:{row._meta.model_name}:{row.pk}")
