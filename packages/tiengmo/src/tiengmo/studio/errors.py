"""What an action of the studio may refuse with. Each message is for the person, in Vietnamese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import LiveTakeover


class StudioError(Exception):
    """An action that could not be done; `str()` of it is shown to the person."""


class NotPossible(StudioError):
    """The takeover or relay does not stand where this act is allowed."""


class AreaTaken(StudioError):
    """Somebody is on air there; `held` is theirs, `may_displace` says whether rank allows more."""

    def __init__(self, message: str, *, held: LiveTakeover, may_displace: bool) -> None:
        super().__init__(message)
        self.held = held
        self.may_displace = may_displace
