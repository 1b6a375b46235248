from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.outbox.actions import announce
from tiengmo.people.lists import save_listed

if TYPE_CHECKING:
    from tiengmo.outreach.models import Topic
    from tiengmo.people.models import User

RENAMED = "outreach.topic_renamed"


def save_topic(topic: Topic, *, by: User) -> Topic:
    """Add a topic or change one; what search says of its questions follows after the commit.

    Raises NotAllowed, ValidationError.
    """
    return save_listed(topic, by=by, then=_let_search_follow)


def _let_search_follow(topic: Topic) -> None:
    announce(RENAMED, {"topic": topic.pk}, key=f"{RENAMED}:{topic.pk}")
