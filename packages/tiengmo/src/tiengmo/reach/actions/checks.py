"""What no free text about work may hold."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tiengmo.outreach.sessions.rules import NUMBERS, personal_in
from tiengmo.reach.errors import ReachError


def refuse_persons(text: str) -> None:
    """Raise ReachError where a line names a person, or a number that is somebody's."""
    found = personal_in(text)
    if found == NUMBERS:
        raise ReachError(_("Không ghi số điện thoại, số căn cước, thư điện tử của ai vào sổ này."))
    if found:
        raise ReachError(_("Không ghi tên người vào sổ này."))
