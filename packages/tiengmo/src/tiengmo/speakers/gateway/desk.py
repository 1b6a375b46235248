"""What all links of one gateway use together: threads, the look-out for news, answers, shares."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, InterfaceError
from speaker_link import topics

from tiengmo.places.queries import area_path
from tiengmo.speakers import events
from tiengmo.speakers.models import Box, RetainedMessage

from .answers import Answers
from .database import Lane, Watcher

if TYPE_CHECKING:
    from .shares import Shares

_LOOK_AGAIN_SECONDS = 0.5
# A whole commune comes on line in one minute: what it must hear goes out once for all of them.
_SAY_AGAIN_SECONDS = 2.0


class Desk:
    def __init__(self, shares: Shares, *, broker_keeps_state: bool) -> None:
        self.shares = shares
        self.storing = Lane("storing")
        self.reading = Lane("reading")
        self.answers = Answers(Lane("answers"))
        # Set while this gateway may believe that its shares are its own.
        self.may_connect = asyncio.Event()
        self.newcomers = None if broker_keeps_state else Newcomers()
        self._watching = Lane("watching")
        self._watcher = Watcher()
        self._news = asyncio.Event()
        self.news_count = 0

    async def watch(self) -> None:
        """Tell the links that somebody has written, as soon as it is committed."""
        while True:
            try:
                await self._watching.run(self._watcher.wait, _LOOK_AGAIN_SECONDS)
            except (DatabaseError, InterfaceError):
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            self.news_count += 1
            self._news.set()
            self._news = asyncio.Event()

    async def wait_for_news(self, seen: int) -> None:
        """Return when there was news after `seen` (a `news_count`), or after half a second."""
        while self.news_count == seen:
            await self._news.wait()


class Newcomers:
    """Boxes that came on line, for brokers that do not send what stands on a topic themselves.

    RabbitMQ 3.10 keeps retained messages on the node that took them, and sends none for a filter
    with wildcards: a box at another node would not hear of an alert that began before it came.
    """

    def __init__(self) -> None:
        self._serials: set[str] = set()
        self._taken_at: dict[int, float] = {}
        self._lock = threading.Lock()
        events.presence_changed.connect(self._note)

    def _note(self, *, box: Box, is_online: bool, **_: Any) -> None:
        if is_online:
            with self._lock:
                self._serials.add(box.serial)

    def take(self, shares: Shares, number: int) -> list[str]:
        """Return, at most every two seconds, the topics that a share's newcomers must hear."""
        now = time.monotonic()
        if now - self._taken_at.get(number, 0.0) < _SAY_AGAIN_SECONDS:
            return []
        with self._lock:
            serials = {one for one in self._serials if shares.of_box(one) == number}
            self._serials -= serials
        if not serials:
            return []
        self._taken_at[number] = now
        names, units = {topics.REVOCATIONS, topics.ROOT}, set[str]()
        for box in Box.objects.filter(pk__in=serials).select_related("village__unit"):
            names.add(topics.assignment(box.serial))
            units |= set(area_path(box.village)[1:])
        for unit in units:
            below = f"{topics.PREFIX}/stations/{unit}/"
            rows = RetainedMessage.objects.filter(topic__startswith=below)
            names |= set(rows.values_list("topic", flat=True))
        return sorted(names)
