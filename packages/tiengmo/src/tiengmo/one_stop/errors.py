"""What an act on a procedure may refuse with. Each message is for the person, in Vietnamese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProcedureError(Exception):
    """An act that could not be done; `str()` of it is shown to the person."""


class NotPossible(ProcedureError):
    """The procedure or version does not stand where this act is allowed."""


class NotReady(ProcedureError):
    """Something is missing or contradicts itself."""


class ChangedMeanwhile(ProcedureError):
    """Somebody else saved since this page was opened; nothing was done."""


class BadCatalogue(ProcedureError):
    """A catalogue that cannot be taken over; `problems` names every bad row, in order."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)
