"""What the worker runs for this app."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tiengmo.outbox.actions import announce
from tiengmo.outbox.registry import Lane, every, handles

from .links.looking import is_due, look_at_links

LOOK = "upkeep.look_at_links"


@every("upkeep.nightly", seconds=1800)
def nightly(_payload: dict[str, Any]) -> None:
    """Begin the night's look; by itself, so that a long one does not hold other work up."""
    if is_due(timezone.now()):
        announce(LOOK, key=LOOK)


@handles(LOOK, lane=Lane.SLOW)
def look(_payload: dict[str, Any]) -> None:
    look_at_links()
