"""Copies of event pages that are out of date once an event changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.outreach.events import event_changed
from tiengmo.portal.caching import purge

if TYPE_CHECKING:
    from tiengmo.outreach.models import Event


def connect() -> None:
    event_changed.connect(on_event_changed, dispatch_uid="portal.events.event_changed")


def on_event_changed(*, event: Event, **_rest: Any) -> None:
    here = event.url
    purge("/", here, f"{here}lich.ics", "/su-kien/", "/su-kien/lich.ics", f"/xa/{event.unit.code}/")
