"""Let a box in or out on a running Mosquitto, through its plugin's control topic."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import aiomqtt

from tiengmo.speakers.brokers.dynamic_security import admit_commands, dismiss_commands
from tiengmo.speakers.brokers.rights import CONTROL_RESPONSE_TOPIC, CONTROL_TOPIC

if TYPE_CHECKING:
    from tiengmo.speakers.brokers.accounts import Account

logger = logging.getLogger(__name__)

_ANSWER_SECONDS = 10
_REFUSED = 0x80


class BrokerAway(Exception):
    """The broker cannot be told about an account now; the box asks again."""


class BrokerAccounts:
    """Commands go one batch at a time; what is asked meanwhile waits and goes together.

    A broker without the plugin (the embedded one) reads accounts from the database itself.
    """

    def __init__(self) -> None:
        self._client: aiomqtt.Client | None = None
        self._has_plugin = False
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[list[dict[str, Any]], asyncio.Future[None]]] = []
        self._answer: asyncio.Future[list[dict[str, Any]]] | None = None

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
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(json.loads(payload).get("responses", []))

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
            commands = [command for asked, _done in batch for command in asked]
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
