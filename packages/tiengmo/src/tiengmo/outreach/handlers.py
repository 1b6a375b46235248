"""What the worker runs for this app."""

from typing import Any

from tiengmo.outbox.registry import Lane, every, handles
from tiengmo.search import actions as search

from .actions.questions import erase_contacts
from .actions.save_topic import RENAMED
from .entries import question_entries


@every("outreach.erase_contacts", seconds=3600)
def erase(_payload: dict[str, Any]) -> None:
    """Forget askers 90 days after their question was closed."""
    while erase_contacts():
        pass


@handles(RENAMED, lane=Lane.SLOW)
def say_its_new_name(payload: dict[str, Any]) -> None:
    """A topic has a new name: search says it of every answer about it."""
    for entry in question_entries(topic=payload["topic"]):
        search.put([entry])
