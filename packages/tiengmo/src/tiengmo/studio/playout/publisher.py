"""The playout's own line to the broker: what cannot be said in time is not said."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass

import aiomqtt
from speaker_link.envelope import new_id

from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.brokers.rights import GATEWAY_USER
from tiengmo.speakers.gateway.dialling import Addresses, tls_context

logger = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 10
RETRY_SECONDS = 0.2
_PUBLISH_SECONDS = 5


@dataclass(frozen=True)
class _Waiting:
    topic: str
    payload: str
    good_until: float
    is_state: bool


class Publisher:
    """Queues while there is no connection; segments whose instant has passed are dropped."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._there_is_some = asyncio.Event()
        self._addresses = Addresses()
        self.is_connected = False
        self.dropped = 0
        self.sent = 0

    def segment(self, topic: str, payload: str, good_until: float) -> None:
        """Publish a segment, worth nothing after `good_until` (seconds since 1970)."""
        self._waiting.append(_Waiting(topic, payload, good_until, is_state=False))
        self._there_is_some.set()

    def state(self, topic: str, payload: str) -> None:
        """Publish what the gateway also will, so that it comes before the segments it speaks of."""
        self._waiting.append(_Waiting(topic, payload, float("inf"), is_state=True))
        self._there_is_some.set()

    async def run(self) -> None:
        while True:
            try:
                async with self._client() as client:
                    self.is_connected = True
                    logger.info("playout: connected to the broker")
                    async with asyncio.TaskGroup() as tasks:
                        sending = tasks.create_task(self._send(client))
                        # Nothing is subscribed to: the end of this is the end of the connection.
                        async for _message in client.messages:
                            pass
                        sending.cancel()
            except* aiomqtt.MqttError as group:
                for error in group.exceptions:
                    logger.warning("playout: broker: %s", error)
            finally:
                self.is_connected = False
            self._addresses.go_on()
            await asyncio.sleep(RETRY_SECONDS)

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            while self._waiting:
                one = self._waiting[0]
                if time.time() > one.good_until:
                    self._waiting.popleft()
                    self.dropped += 1
                    continue
                await client.publish(
                    one.topic,
                    one.payload,
                    qos=1 if one.is_state else 0,
                    retain=one.is_state,
                    timeout=_PUBLISH_SECONDS,
                )
                # Only now: a connection that broke in between says it again on the next.
                self._waiting.popleft()
                self.sent += 1
            self._there_is_some.clear()
            await self._there_is_some.wait()

    def _client(self) -> aiomqtt.Client:
        address = self._addresses.current
        return aiomqtt.Client(
            address.host,
            address.port,
            username=GATEWAY_USER,
            password=gateway_password(),
            identifier=f"playout-{new_id()[:12]}",
            clean_session=True,
            keepalive=KEEPALIVE_SECONDS,
            timeout=5,
            tls_context=tls_context(address),
        )
