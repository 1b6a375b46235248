"""The gateway's side of MQTT: reads boxes, publishes state and orders, loses nothing.

A message of a box is acknowledged, to the broker and to the box, only after its commit. If this
process dies in between, the broker's persistent session and the box both still have it; stored
twice it is one row.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiomqtt
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from speaker_link import topics

from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.brokers.mosquitto import is_loopback
from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.brokers.rights import CONTROL_RESPONSE_TOPIC, GATEWAY_USER

from . import outgoing
from .answers import Answers
from .database import Lane, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .accounts import BrokerAccounts
    from .outgoing import Outgoing

logger = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 10
BATCH_SECONDS = 0.2
BATCH_MESSAGES = 500
PUBLISH_AT_ONCE = 100
_PUBLISH_SECONDS = 15
_LOOK_AGAIN_SECONDS = 0.5
_RETRY_SECONDS = (0.2, 0.5, 1, 2, 5)
_TIME_REQUEST = "time-request"


@dataclass(frozen=True)
class _Waiting:
    """An arrival, and how to tell the broker that it is stored."""

    arrival: Arrival
    mid: int
    qos: int


class Link:
    """One connection after another to the broker, for as long as the gateway lives."""

    def __init__(self, accounts: BrokerAccounts, on_connection: Callable[[bool], None]) -> None:
        self._accounts = accounts
        self._on_connection = on_connection
        self._storing = Lane("storing")
        self._reading = Lane("reading")
        self._watching = Lane("watching")
        self._watcher = Watcher()
        self._answers = Answers(Lane("answers"))
        self.is_connected = False

    async def run(self) -> None:
        """Connect, serve, and connect again, until cancelled."""
        attempt = 0
        while True:
            client = self._client()
            try:
                async with client:
                    attempt = 0
                    await self._serve(client)
            except* aiomqtt.MqttError as group:
                for error in group.exceptions:
                    logger.warning("broker: %s", error)
            finally:
                self._set_connected(False)
            await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])
            attempt += 1

    def _client(self) -> aiomqtt.Client:
        host = settings.BROKER_HOST
        context = None
        if not is_loopback(host):
            # The name in the certificate; what the broker listens on may be 0.0.0.0.
            host = settings.BROKER_PUBLIC_HOST or host
            authority = settings.BROKER_TLS_CA or str(settings.KEYS / "tls" / "authority.crt")
            context = ssl.create_default_context(cafile=authority)
        client = aiomqtt.Client(
            host,
            settings.BROKER_PORT,
            username=GATEWAY_USER,
            password=gateway_password(),
            identifier=GATEWAY_USER,
            # What boxes say while this process is away waits in the broker.
            clean_session=False,
            keepalive=KEEPALIVE_SECONDS,
            timeout=10,
            max_inflight_messages=1000,
            tls_context=context,
        )
        client.pending_calls_threshold = 10_000
        # aiomqtt has no door to it: without this, paho acknowledges before we have stored.
        client._client.manual_ack_set(on=True)  # noqa: SLF001
        return client

    def _set_connected(self, is_connected: bool) -> None:
        if self.is_connected and not is_connected:
            self._accounts.disconnected()
        self.is_connected = is_connected
        self._on_connection(is_connected)

    async def _serve(self, client: aiomqtt.Client) -> None:
        inbox: asyncio.Queue[_Waiting] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(client, inbox, tasks))
            tasks.create_task(self._store(client, inbox))
            await self._accounts.connected(client)
            await client.subscribe([(name, 1) for name in topics.READ_BY_GATEWAY])
            self._set_connected(True)
            logger.info(
                "connected to the broker at %s:%s", settings.BROKER_HOST, settings.BROKER_PORT
            )
            tasks.create_task(self._publish(client))

    # --- from boxes ----------------------------------------------------------------------

    async def _read(
        self, client: aiomqtt.Client, inbox: asyncio.Queue[_Waiting], tasks: asyncio.TaskGroup
    ) -> None:
        async for message in client.messages:
            topic = str(message.topic)
            payload = message.payload if isinstance(message.payload, bytes) else b""
            arrival = Arrival(topic, payload, timezone.now(), bool(message.retain))
            if topic == CONTROL_RESPONSE_TOPIC:
                self._accounts.take_answer(payload)
                self._acknowledge(client, [_Waiting(arrival, message.mid, message.qos)])
            elif topic.endswith(_TIME_REQUEST):
                # A clock that waits for a database is no clock.
                tasks.create_task(self._answer_time(client, arrival))
                self._acknowledge(client, [_Waiting(arrival, message.mid, message.qos)])
            else:
                inbox.put_nowait(_Waiting(arrival, message.mid, message.qos))
        raise aiomqtt.MqttError("the broker closed the connection")

    async def _answer_time(self, client: aiomqtt.Client, arrival: Arrival) -> None:
        try:
            answer = await self._answers.to_time_request(arrival)
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
                result = await self._storing.run(ingest, [one.arrival for one in batch])
            except (DatabaseError, InterfaceError) as error:
                # Locked, restarted or gone: nothing was stored, so nothing is acknowledged.
                seconds = _RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)]
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
        texts = await self._answers.acknowledgements(stored)
        await self._publish_all(
            client, [outgoing.Outgoing(topics.acks(serial), text) for serial, text in texts]
        )

    # --- to boxes ------------------------------------------------------------------------

    async def _publish(self, client: aiomqtt.Client) -> None:
        # A broker that was killed may have forgotten what stood on it, so all of it is said again
        # after every connection: boxes know what they have and are not disturbed.
        await self._when_readable(self._republish, client)
        while True:
            await self._when_readable(self._publish_new, client)
            with suppress(DatabaseError, InterfaceError):
                await self._watching.run(self._watcher.wait, _LOOK_AGAIN_SECONDS)

    async def _when_readable(
        self, work: Callable[[aiomqtt.Client], object], client: aiomqtt.Client
    ) -> None:
        attempt = 0
        while True:
            try:
                await work(client)  # type: ignore[misc]
            except (DatabaseError, InterfaceError) as error:
                seconds = _RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)]
                logger.warning("database: %s; publishing waits %ss", error, seconds)
                attempt += 1
                await asyncio.sleep(seconds)
            else:
                return

    async def _republish(self, client: aiomqtt.Client) -> None:
        after, count = "", 0
        while page := await self._reading.run(outgoing.all_state, after):
            done = await self._publish_all(client, page)
            after, count = page[-1].topic, count + len(done)
        if count:
            logger.info("%d retained messages stand on the broker again", count)

    async def _publish_new(self, client: aiomqtt.Client) -> None:
        while found := await self._reading.run(outgoing.unpublished):
            done = await self._publish_all(client, found)
            await self._reading.run(outgoing.mark_published, done)
            if len(found) < outgoing.LIMIT:
                return

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
