"""Hears live segments from the broker, as boxes do, of the streams that somebody listens to."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import aiomqtt
from speaker_link.envelope import new_id

from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.brokers.rights import GATEWAY_USER
from tiengmo.speakers.gateway.dialling import Addresses, tls_context

from .live import LiveBuffer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .signed import OpenedStream

logger = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 10
RETRY_SECONDS = 0.5


class Follower:
    """`buffers` holds what each followed stream said in the last seconds, by the stream's name."""

    def __init__(self) -> None:
        self.buffers: dict[str, LiveBuffer] = {}
        self.is_connected = False
        self._opened: dict[str, OpenedStream] = {}
        self._subscribed: set[str] = set()
        self._client: aiomqtt.Client | None = None
        self._addresses = Addresses()

    async def follow(self, streams: Iterable[OpenedStream]) -> None:
        """Listen to these streams and to no other."""
        wanted = {one.name: one for one in streams}
        for name, one in wanted.items():
            if (known := self._opened.get(name)) is not None:
                # Its sequence is remembered; whom to trust may have changed.
                one.replay = known.replay
            self.buffers.setdefault(name, LiveBuffer())
        for name in [one for one in self.buffers if one not in wanted]:
            del self.buffers[name]
        self._opened = wanted
        await self._subscribe()

    async def run(self) -> None:
        """Keep the line to the broker open."""
        while True:
            try:
                async with self._line() as client:
                    self._client, self._subscribed, self.is_connected = client, set(), True
                    await self._subscribe()
                    async for message in client.messages:
                        self._take(str(message.topic), message.payload)
            except aiomqtt.MqttError as error:
                logger.warning("listening: broker: %s", error)
            finally:
                self._client, self.is_connected = None, False
            self._addresses.go_on()
            await asyncio.sleep(RETRY_SECONDS)

    async def _subscribe(self) -> None:
        client = self._client
        if client is None:
            return
        topics = {one.topic for one in self._opened.values()}
        new, old = topics - self._subscribed, self._subscribed - topics
        self._subscribed = topics
        try:
            for topic in sorted(new):
                await client.subscribe(topic, qos=0)
            for topic in sorted(old):
                await client.unsubscribe(topic)
        except aiomqtt.MqttError as error:
            # The line is gone: whoever keeps it subscribes anew on the next.
            logger.info("listening: %s", error)
            self._subscribed = set()

    def _take(self, topic: str, payload: object) -> None:
        if not isinstance(payload, bytes | bytearray):
            return
        for one in self._opened.values():
            if one.topic != topic:
                continue
            segment = one.segment(bytes(payload), topic)
            if segment is not None:
                self.buffers[one.name].take(segment)
                return

    def _line(self) -> aiomqtt.Client:
        address = self._addresses.current
        return aiomqtt.Client(
            address.host,
            address.port,
            username=GATEWAY_USER,
            password=gateway_password(),
            identifier=f"listening-{new_id()[:12]}",
            clean_session=True,
            keepalive=KEEPALIVE_SECONDS,
            timeout=5,
            tls_context=tls_context(address),
        )
