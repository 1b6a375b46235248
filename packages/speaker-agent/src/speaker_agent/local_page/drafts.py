"""What one person has signed and another has not yet: in memory only, for half an hour."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from speaker_link.certificates import Certificate
from speaker_link.envelope import Message, new_id

from speaker_agent.local_page.turned_away import TurnedAway

LIFE_SECONDS = 30 * 60.0
MAX_DRAFTS = 8


@dataclass
class Draft:
    """A message with its first signature."""

    text: str
    message: Message[Any]
    first: Certificate
    made_at: float
    minutes: int = 0
    """How long somebody may speak, for a takeover."""
    name: str = field(default_factory=new_id)

    @property
    def sounds(self) -> list[str]:
        """The sounds that it names."""
        return [one.sha256 for one in getattr(self.message.body, "editions", [])]


class Drafts:
    """The drafts of one box."""

    def __init__(self, counter: Callable[[], float]) -> None:
        self._counter = counter
        self._drafts: dict[str, Draft] = {}

    def all(self) -> list[Draft]:
        """Those that may still be signed, the newest first."""
        now = self._counter()
        self._drafts = {
            name: one for name, one in self._drafts.items() if now - one.made_at < LIFE_SECONDS
        }
        return sorted(self._drafts.values(), key=lambda one: -one.made_at)

    def check_room(self) -> None:
        """Raises TurnedAway when too many wait."""
        if len(self.all()) >= MAX_DRAFTS:
            raise TurnedAway("too_many_drafts", is_reported=False)

    def add(self, draft: Draft) -> None:
        """It waits for the second person."""
        self.check_room()
        self._drafts[draft.name] = draft

    def get(self, name: str) -> Draft:
        """One that still waits. Raises TurnedAway."""
        found = next((one for one in self.all() if one.name == name), None)
        if found is None:
            raise TurnedAway("no_such_draft", is_reported=False)
        return found

    def drop(self, name: str) -> None:
        """It was issued, or nobody wants it any more."""
        self._drafts.pop(name, None)

    def sounds(self) -> set[str]:
        """The sounds that must not be deleted meanwhile."""
        return {sha256 for one in self._drafts.values() for sha256 in one.sounds}
