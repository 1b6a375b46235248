"""What the worker runs."""

from __future__ import annotations

from typing import Any

from tiengmo.outbox.registry import Later, handles
from tiengmo.search.actions.count_words import AT_ONCE, count_words
from tiengmo.search.actions.put import COUNT_WORDS


@handles(COUNT_WORDS)
def count_new_words(payload: dict[str, Any]) -> None:
    """Count the words of what was put in, a thousand entries a turn."""
    del payload
    if count_words() == AT_ONCE:
        raise Later(0)
