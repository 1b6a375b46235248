"""Let a box in or out on a running Mosquitto, through its plugin's control topic."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from typing import TYPE_CHECKING, Any, Protocol

import aiomqtt

from tiengmo.speakers.brokers.dynamic_security import admit_commands, dismiss_commands
from tiengmo.speakers.brokers.rights import (
    CONTROL_RESPONSE_TOPIC,
    CONTROL_TOPIC,
    GATEWAY_USER,
)

from .dialling import RETRY_SECONDS, Addresses, gateway_client

if TYPE_CHECKING:
    from tiengmo.speakers.brokers.accounts import Account

logger = logging.getLogger(__name__)

_ANSWER_SECONDS = 10
_REFUSED = 0x80


class BrokerAway(Exception):
    """The broker cannot be told about an account now; the box asks again."""


class BrokerAccounts(Protocol):
    """Whoever lets boxes in on the broker that this installation uses."""

    @property
    def is_connected(self) -> bool: ...

    async def run(self) -> None:
        """Keep the way to the broker open, until cancelled."""

    async def admit(self, account: Account, password: str) -> None:
        """Let an account in; raises BrokerAway."""

    async def dismiss(self, username: str) -> None:
        """Disconnect an account and forget it; raises BrokerAway."""


class MosquittoAccounts:
    """Commands go one batch at a time; what is asked meanwhile waits and goes together.

    It has a connection of its own, since a gateway may hold no share at all. Every gateway hears
    the answers to all: each batch has a mark. A broker without the plugin (the embedded one) reads
    accounts from the database itself.
    """

    def __init__(self, name: str) -> None:
        self._identifier = f"{GATEWAY_USER}-accounts-{name}"
        self._addresses = Addresses()
        self._client: aiomqtt.Client | None = None
        self._has_plugin = False
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[list[dict[str, Any]], asyncio.Future[None]]] = []
        self._answer: asyncio.Future[list[dict[str, Any]]] | None = None
        self._mark = ""

    @property
    def is_connected(self) -> bool:
        return self._client is not None

    async def run(self) -> None:
        """Connect, and again, until cancelled."""
        attempt = 0
        while True:
            try:
                async with gateway_client(
                    self._identifier, self._addresses.current, clean_session=True
                ) as client:
                    attempt = 0
                    await self._serve(client)
            except* (aiomqtt.MqttError, OSError) as group:
                self._addresses.go_on()
                logger.info("broker, accounts: %s", group.exceptions[0])
            finally:
                self.disconnected()
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _serve(self, client: aiomqtt.Client) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(client))
            await self.connected(client)

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            client._client.ack(message.mid, message.qos)  # noqa: SLF001 - see gateway_client
            if isinstance(message.payload, bytes):
                self.take_answer(message.payload)
        raise aiomqtt.MqttError("the broker closed the connection")

    async def connected(self, client: aiomqtt.Client) -> None:
        """Learn whether this broker has the plugin: only then the answers may be subscribed to."""
        try:
            granted = await client.subscribe(CONTROL_RESPONSE_TOPIC, qos=1)
            codes = [code if isinstance(code, int) else code.value for code in granted]
            self._has_plugin = all(code < _REFUSED for code in codes)
        except aiomqtt.MqttError:
            self._has_plugin = False
        self._client = client

    def disconnected(self) -> None:
        self._client = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokerAway("connection lost"))

    def take_answer(self, payload: bytes) -> None:
        answers = json.loads(payload).get("responses", [])
        if any(one.get("correlationData") != self._mark for one in answers):
            return
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answers)

    async def admit(self, account: Account, password: str) -> None:
        """Let an account in; raises BrokerAway."""
        await self._ask(admit_commands(account, password))

    async def dismiss(self, username: str) -> None:
        """Disconnect an account and forget it; raises BrokerAway."""
        await self._ask(dismiss_commands(username))

    async def _ask(self, commands: list[dict[str, Any]]) -> None:
        if self._client is None:
            raise BrokerAway("not connected")
        if not self._has_plugin:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, done))
        async with self._lock:
            if not done.done():
                await self._send_waiting()
        await done

    async def _send_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        client = self._client
        answer: asyncio.Future[list[dict[str, Any]]]
        self._answer = answer = asyncio.get_running_loop().create_future()
        if client is None:
            answer.set_exception(BrokerAway("not connected"))
        try:
            self._mark = secrets.token_hex(8)
            commands = [
                {**command, "correlationData": self._mark}
                for asked, _done in batch
                for command in asked
            ]
            if client is not None:
                await client.publish(
                    CONTROL_TOPIC,
                    json.dumps({"commands": commands}),
                    qos=1,
                    timeout=_ANSWER_SECONDS,
                )
            answers = await asyncio.wait_for(answer, _ANSWER_SECONDS)
        except (aiomqtt.MqttError, TimeoutError, BrokerAway) as error:
            for _asked, done in batch:
                if not done.done():
                    done.set_exception(BrokerAway(str(error)))
            return
        finally:
            self._answer = None
        place = 0
        for asked, done in batch:
            own = answers[place : place + len(asked)]
            place += len(asked)
            # Deleting what is not there is no fault: it makes letting in the same for old and new.
            faults = [
                one
                for one in own
                if "error" in one and not str(one.get("command", "")).startswith("delete")
            ]
            if done.done():
                continue
            if faults or len(own) < len(asked):
                logger.error("the broker would not change an account: %s", faults or own)
                done.set_exception(BrokerAway(str(faults)))
            else:
                done.set_result(None)
