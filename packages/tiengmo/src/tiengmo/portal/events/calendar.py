"""Events as iCalendar (RFC 5545), for the calendar in people's phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, vGeo
from icalendar import Event as CalendarEvent

from tiengmo.outreach.workflow import EventState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.outreach.models import Event


def calendar_of(name: str, events: Iterable[Event]) -> bytes:
    """A calendar that a phone can follow: a cancelled event says so, a changed one counts up."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tiếng Mõ//tiengmo//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(_entry(event))
    written: bytes = calendar.to_ical()
    return written


def _entry(event: Event) -> CalendarEvent:
    host = settings.PUBLIC_URL.split("://")[-1].split("/")[0].split(":")[0]
    entry = CalendarEvent()
    # The same for ever, so that a change replaces what the phone has.
    entry.add("uid", f"su-kien-{event.pk}@{host}")
    entry.add("dtstamp", event.changed_at or event.published_at or timezone.now())
    entry.add("sequence", event.change_count)
    entry.add("dtstart", event.start_at)
    entry.add("dtend", event.end_at)
    entry.add("summary", event.title)
    entry.add("location", event.place)
    entry.add("url", f"{settings.PUBLIC_URL}{event.url}")
    told = [event.summary, event.programme, event.contact]
    if event.state == EventState.CANCELLED:
        told.insert(0, event.reason)
    if text := "\n\n".join(filter(None, told)):
        entry.add("description", text)
    if event.latitude is not None and event.longitude is not None:
        entry.add("geo", vGeo((event.latitude, event.longitude)))
    entry.add("status", "CANCELLED" if event.state == EventState.CANCELLED else "CONFIRMED")
    return entry
