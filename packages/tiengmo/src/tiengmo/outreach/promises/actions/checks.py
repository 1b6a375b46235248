"""What every act on a promise checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.outreach.promises.errors import PromiseError
from tiengmo.outreach.promises.models import Promise
from tiengmo.outreach.rights import require_handler
from tiengmo.outreach.rules import tidy_line
from tiengmo.outreach.sessions.rules import personal_in
from tiengmo.people.errors import NotAllowed

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User

LONGEST = 300


def line(text: str, *, missing: str) -> str:
    """One line about work, and about nobody. Raises PromiseError."""
    tidy = tidy_line(text)
    if not tidy:
        raise PromiseError(missing)
    if len(tidy) > LONGEST:
        raise PromiseError(_("Dài nhất %(most)d ký tự.") % {"most": LONGEST})
    if personal_in(tidy):
        raise PromiseError(_("Không ghi tên người dân, số điện thoại, số căn cước vào đây."))
    return tidy


def open_promise(pk: int, by: User | Process) -> Promise:
    """The promise, locked and still open, for who may act on it. Raises NotAllowed, PromiseError.

    Editors and approvers of where it was made, or of who owes it.
    """
    rows = Promise.objects.select_for_update(of=("self",))
    row = rows.select_related("unit", "owed_by").get(pk=pk)
    try:
        require_handler(by, row.unit)
    except NotAllowed:
        require_handler(by, row.owed_by)
    if row.state != Promise.State.OPEN:
        raise PromiseError(_("Lời hứa này đã khép lại rồi."))
    return row
