"""What can go wrong with places, said in the words of the person who must mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .loading.tables import Problem


class PlacesError(Exception):
    """Anything this app refuses to do."""


class UnknownArea(PlacesError):
    """Codes that name no unit in force and no village."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = sorted(codes)
        listed = ", ".join(self.codes) or _("(không có mã nào)")
        super().__init__(_("Không có địa bàn nào mang mã: %(codes)s.") % {"codes": listed})


class CannotCarryOver(PlacesError):
    """A carry-over that would lose or double something, with one line for each reason."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = list(reasons)
        super().__init__("\n".join(self.reasons))


class BadLocality(PlacesError):
    """Files of a locality with rows that cannot be taken; nothing was loaded."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class NotYours(PlacesError):
    """The person may not change this place; the text says why."""
