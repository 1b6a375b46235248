"""The line to the broker: kept up, and taken up again with patience."""

import asyncio
import itertools
import logging
import random
import ssl
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import aiomqtt
from speaker_link import topics
from speaker_link.messages import Broker

log = logging.getLogger(__name__)

# The server calls a box silent after one and a half of these (MQTT 3.1.1, section 3.1.2.10).
KEEPALIVE_SECONDS = 15
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
# The broker's machine answers that nobody is there: the broker is being started again. Asking
# costs it nothing, and behind the answer an alert may wait.
LONGEST_WAIT_REFUSED_SECONDS = 8.0
# A connection that held this long was a good one: the next try need not wait long.
GOOD_SECONDS = 30.0
# MQTT 3.1.1, section 3.9.3
_REFUSED = 0x80

# The library warns of more than ten calls under way; ours wait for each other, but three hundred
# boxes of one process log through the same name.
logging.getLogger("mqtt").setLevel(logging.ERROR)


class Traffic:
    """What one box took from and gave to the network, as far as this program sees it.

    Names and contents of messages; what TCP, TLS and the radio add is not in it.
    """

    def __init__(self) -> None:
        self.taken = 0
        self.given = 0


class Line(NamedTuple):
    """An open connection."""

    client: aiomqtt.Client
    serial: str
    traffic: Traffic

    async def status(self, text: str) -> None:
        """Say how we are; the broker keeps it for whoever asks."""
        await self._publish(topics.status(self.serial), text, qos=1, retain=True)

    async def report(self, text: str) -> None:
        """Returns when the broker has it."""
        await self._publish(topics.reports(self.serial), text, qos=1)

    async def ask_time(self, text: str) -> None:
        """An answer that comes late is worth nothing: no retries."""
        await self._publish(topics.time_request(self.serial), text, qos=0)

    async def _publish(self, topic: str, text: str, *, qos: int, retain: bool = False) -> None:
        self.traffic.given += len(topic) + len(text.encode())
        await self.client.publish(topic, text, qos=qos, retain=retain)

    async def subscribe(self, names: list[str]) -> None:
        """Also brings what is retained there, again."""
        if names:
            await self.client.subscribe([(name, 1) for name in names])

    async def follow_texts(self, stations: list[str]) -> bool:
        """For a text board, by itself: a broker that refuses this topic must not cost the others.

        False when it refused; it has not been told of the right yet.
        """
        if not stations:
            return True
        names = [(topics.text(station), 1) for station in stations]
        codes = await self.client.subscribe(names)
        return all((code if isinstance(code, int) else code.value) < _REFUSED for code in codes)

    async def unsubscribe(self, names: list[str]) -> None:
        """No longer listen there."""
        if names:
            await self.client.unsubscribe(names)


class Retired(Exception):
    """The box was told to stop for good."""


def tls_context(broker: Broker) -> ssl.SSLContext | None:
    """Trust the authority that enrolment named, or the system's; None when there is no TLS."""
    if not broker.uses_tls:
        return None
    context = ssl.create_default_context(cadata=broker.authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def keep_connected(
    broker: Broker,
    serial: str,
    *,
    traffic: Traffic,
    make_will: Callable[[], Awaitable[str]],
    talk: Callable[[Line], Awaitable[None]],
) -> None:
    """Connect, talk until the line breaks, wait a little, again. Ends when cancelled or retired.

    `clean_session` is false: what was sent to us while we were away waits at the broker. A
    cluster's nodes are tried in turn.
    """
    context = tls_context(broker)
    addresses = itertools.cycle(
        [(broker.host, broker.port), *((one.host, one.port) for one in broker.others or [])]
    )
    wait = FIRST_WAIT_SECONDS
    loop = asyncio.get_running_loop()
    while True:
        connected_at = loop.time()
        is_refused = False
        host, port = next(addresses)
        try:
            will = aiomqtt.Will(topics.status(serial), await make_will(), qos=1, retain=True)
            async with aiomqtt.Client(
                host,
                port,
                username=broker.username,
                password=broker.password,
                identifier=serial,
                clean_session=False,
                keepalive=KEEPALIVE_SECONDS,
                will=will,
                tls_context=context,
                timeout=20,
            ) as client:
                connected_at = loop.time()
                await talk(Line(client, serial, traffic))
        except* aiomqtt.MqttError as broken:
            log.info("%s: no line to the broker: %s", serial, broken.exceptions[0])
            is_refused = isinstance(broken.exceptions[0].__context__, ConnectionRefusedError)
        except* OSError as broken:
            log.info("%s: no line to the broker: %s", serial, broken.exceptions[0])
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # The line broke while we were told to end: the group of tasks kept only the former.
            raise asyncio.CancelledError
        if loop.time() - connected_at > GOOD_SECONDS:
            wait = FIRST_WAIT_SECONDS
        if is_refused:
            wait = min(wait, LONGEST_WAIT_REFUSED_SECONDS)
        # A whole commune's boxes must not come back in the same second.
        await asyncio.sleep(wait * random.uniform(0.3, 1.3))  # noqa: S311 - no secret
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)
