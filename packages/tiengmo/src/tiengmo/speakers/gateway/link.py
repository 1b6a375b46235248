"""The gateway's side of MQTT: reads boxes, publishes state and orders, loses nothing.

A message of a box is acknowledged, to the broker and to the box, only after its commit. If this
process dies in between, the broker's persistent session and the box both still have it; stored
twice it is one row. Each share of the communes has a link and a session of its own, so that what
waits in it goes to whoever holds the share next.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiomqtt
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from speaker_link import topics

from tiengmo.speakers.actions.ingest import Arrival, ingest

from . import outgoing
from .dialling import RETRY_SECONDS, Addresses, gateway_client
from .leases import share_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from .desk import Desk
    from .outgoing import Outgoing

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.2
BATCH_MESSAGES = 500
PUBLISH_AT_ONCE = 100
# So many filters in one SUBSCRIBE: under 64 kB, with serials of any length the specification knows.
SUBSCRIBE_AT_ONCE = 200
_PUBLISH_SECONDS = 15
_TIME_REQUEST = "time-request"


@dataclass(frozen=True)
class _Waiting:
    """An arrival, and how to tell the broker that it is stored."""

    arrival: Arrival
    mid: int
    qos: int


class Link:
    """One connection after another to the broker, for as long as this gateway holds the share."""

    def __init__(self, number: int, desk: Desk) -> None:
        self.number = number
        self._desk = desk
        self._name = share_name(number, desk.shares.of)
        self._addresses = Addresses(first=number)
        self._listed: set[str] = set()
        self.connected_at: datetime | None = None

    @property
    def is_connected(self) -> bool:
        return self.connected_at is not None

    async def run(self) -> None:
        """Connect, serve, and connect again, until cancelled."""
        attempt = 0
        while True:
            # Somebody else may hold the share by now, and our connection would end theirs.
            await self._desk.may_connect.wait()
            try:
                async with gateway_client(self._name, self._addresses.current) as client:
                    attempt = 0
                    await self._serve(client)
            except* (aiomqtt.MqttError, OSError) as group:
                self._addresses.go_on()
                for error in group.exceptions:
                    logger.warning("broker, %s: %s", self._name, error)
            finally:
                self.connected_at = None
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _serve(self, client: aiomqtt.Client) -> None:
        inbox: asyncio.Queue[_Waiting] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(client, inbox, tasks))
            tasks.create_task(self._store(client, inbox))
            await self._listen(client)
            self.connected_at = timezone.now()
            logger.info("%s is connected to the broker at %s", self._name, self._addresses)
            tasks.create_task(self._publish(client))

    async def _listen(self, client: aiomqtt.Client) -> None:
        shares = self._desk.shares
        if shares.of > 1:
            # Where every box stands; without a database what was known of them before holds.
            with suppress(DatabaseError, InterfaceError):
                await self._desk.reading.run(shares.load)
        self._listed = shares.boxes_of(self.number)
        await self._subscribe(client, shares.filters(self.number))

    async def _subscribe(self, client: aiomqtt.Client, names: list[str]) -> None:
        for start in range(0, len(names), SUBSCRIBE_AT_ONCE):
            await client.subscribe(
                [(name, 1) for name in names[start : start + SUBSCRIBE_AT_ONCE]], timeout=30
            )

    async def _follow_moves(self, client: aiomqtt.Client) -> None:
        """Listen to boxes that have come into this share, and no longer to those that left it."""
        shares = self._desk.shares
        if shares.of == 1:
            return
        now = shares.boxes_of(self.number)
        came, left = sorted(now - self._listed), sorted(self._listed - now)
        await self._subscribe(client, shares.filters_of(came))
        gone = shares.filters_of(left)
        for start in range(0, len(gone), SUBSCRIBE_AT_ONCE):
            await client.unsubscribe(gone[start : start + SUBSCRIBE_AT_ONCE])
        self._listed = now

    # --- from boxes ----------------------------------------------------------------------

    async def _read(
        self, client: aiomqtt.Client, inbox: asyncio.Queue[_Waiting], tasks: asyncio.TaskGroup
    ) -> None:
        async for message in client.messages:
            topic = str(message.topic)
            payload = message.payload if isinstance(message.payload, bytes) else b""
            arrival = Arrival(topic, payload, timezone.now(), bool(message.retain))
            if topic.endswith(_TIME_REQUEST):
                # A clock that waits for a database is no clock.
                tasks.create_task(self._answer_time(client, arrival))
                self._acknowledge(client, [_Waiting(arrival, message.mid, message.qos)])
            else:
                inbox.put_nowait(_Waiting(arrival, message.mid, message.qos))
        raise aiomqtt.MqttError("the broker closed the connection")

    async def _answer_time(self, client: aiomqtt.Client, arrival: Arrival) -> None:
        try:
            answer = await self._desk.answers.to_time_request(arrival)
        except Exception:
            # A request that cannot be answered must not end everybody's connection.
            logger.exception("time request on %s", arrival.topic)
            return
        if answer is not None:
            serial, text = answer
            with suppress(aiomqtt.MqttError):
                await client.publish(topics.time(serial), text, qos=0)

    async def _store(self, client: aiomqtt.Client, inbox: asyncio.Queue[_Waiting]) -> None:
        attempt = 0
        batch: list[_Waiting] = []
        while True:
            if not batch:
                batch = [await inbox.get()]
                await asyncio.sleep(BATCH_SECONDS)
            while len(batch) < BATCH_MESSAGES and not inbox.empty():
                batch.append(inbox.get_nowait())
            try:
                result = await self._desk.storing.run(ingest, [one.arrival for one in batch])
            except (DatabaseError, InterfaceError) as error:
                # Locked, restarted or gone: nothing was stored, so nothing is acknowledged.
                seconds = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
                logger.warning("database: %s; %d messages wait %ss", error, len(batch), seconds)
                attempt += 1
                await asyncio.sleep(seconds)
                continue
            attempt = 0
            failed = {id(arrival) for arrival in result.failed}
            self._acknowledge(client, [one for one in batch if id(one.arrival) not in failed])
            await self._send_acks(client, result.stored)
            # Reports whose receivers failed stay unacknowledged: their boxes send them again.
            batch = []

    def _acknowledge(self, client: aiomqtt.Client, stored: Iterable[_Waiting]) -> None:
        for one in stored:
            if one.qos:
                client._client.ack(one.mid, one.qos)  # noqa: SLF001 - see manual_ack_set

    async def _send_acks(self, client: aiomqtt.Client, stored: dict[str, list[str]]) -> None:
        if not stored:
            return
        texts = await self._desk.answers.acknowledgements(stored)
        await self._publish_all(
            client, [outgoing.Outgoing(topics.acks(serial), text) for serial, text in texts]
        )

    # --- to boxes ------------------------------------------------------------------------

    async def _publish(self, client: aiomqtt.Client) -> None:
        # A broker that was killed may have forgotten what stood on it, so all of it is said again
        # after every connection: boxes know what they have and are not disturbed.
        await self._when_readable(self._republish, client)
        while True:
            seen = self._desk.news_count
            await self._when_readable(self._publish_new, client)
            await self._desk.wait_for_news(seen)

    async def _when_readable(
        self, work: Callable[[aiomqtt.Client], object], client: aiomqtt.Client
    ) -> None:
        attempt = 0
        while True:
            try:
                await work(client)  # type: ignore[misc]
            except (DatabaseError, InterfaceError) as error:
                seconds = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
                logger.warning("database: %s; publishing waits %ss", error, seconds)
                attempt += 1
                await asyncio.sleep(seconds)
            else:
                return

    async def _republish(self, client: aiomqtt.Client) -> None:
        reading, shares = self._desk.reading, self._desk.shares
        names = await reading.run(outgoing.standing, shares, self.number)
        for start in range(0, len(names), outgoing.LIMIT):
            page = await reading.run(outgoing.payloads, names[start : start + outgoing.LIMIT])
            await self._publish_all(client, page)
        if names:
            logger.info("%d retained messages stand on the broker again", len(names))

    async def _publish_new(self, client: aiomqtt.Client) -> None:
        reading, shares = self._desk.reading, self._desk.shares
        while True:
            found = await reading.run(outgoing.unpublished, shares, self.number)
            await self._follow_moves(client)
            if not found:
                break
            done = await self._publish_all(client, found)
            await reading.run(outgoing.mark_published, done)
            if len(found) < outgoing.LIMIT:
                break
        await self._say_again(client)

    async def _say_again(self, client: aiomqtt.Client) -> None:
        """Tell boxes that came on line what stands, where the broker does not do so itself."""
        if (newcomers := self._desk.newcomers) is None:
            return
        names = await self._desk.reading.run(newcomers.take, self._desk.shares, self.number)
        for start in range(0, len(names), outgoing.LIMIT):
            page = await self._desk.reading.run(
                outgoing.payloads, names[start : start + outgoing.LIMIT]
            )
            await self._publish_all(client, page)

    async def _publish_all(
        self, client: aiomqtt.Client, messages: list[Outgoing]
    ) -> list[Outgoing]:
        """Publish in shoals; return what the broker acknowledged, raise when the line is cut."""
        for start in range(0, len(messages), PUBLISH_AT_ONCE):
            await asyncio.gather(
                *(
                    client.publish(
                        one.topic,
                        one.payload,
                        qos=1,
                        retain=one.version is not None,
                        timeout=_PUBLISH_SECONDS,
                    )
                    for one in messages[start : start + PUBLISH_AT_ONCE]
                )
            )
        return messages
