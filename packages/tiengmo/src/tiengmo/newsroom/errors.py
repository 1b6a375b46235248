"""What an action may refuse with. Each message is for the person, in Vietnamese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class NewsroomError(Exception):
    """An action that could not be done; `str()` of it is shown to the person."""


class NotPossible(NewsroomError):
    """The bulletin does not stand where this act is allowed."""


class NotYours(NewsroomError):
    """This person may not do this to this bulletin."""


class ChangedMeanwhile(NewsroomError):
    """The version named is no longer the latest; nothing was done."""


class RouteChanged(NewsroomError):
    """The route no longer fits the audience; the review was started again."""


class NobodyQualifies(NewsroomError):
    """A step of the route has no one left who may clear it; the message says whom to appoint."""


class NotReady(NewsroomError):
    """The bulletin itself is not fit to go out; `problems` says why, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class SaveConflict(NewsroomError):
    """Someone else saved since this form was opened; `theirs` is their revision."""

    def __init__(self, message: str, *, theirs: object) -> None:
        super().__init__(message)
        self.theirs = theirs
