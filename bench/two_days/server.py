"""The server and the line to it: slow, uneven, cut when we say so."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiomqtt
from speaker_agent.connection import Line
from speaker_link import certificates, envelope, topics
from speaker_link.certificates import Certificate
from speaker_link.envelope import Signer
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.kinds import CERTIFIABLE_KINDS, Priority
from speaker_link.messages import Ack, PlayReport, Status, TimeAnswer
from speaker_link.verification import verify_from_box

from .world import World

# A mobile network: up is slower than down, and both are uneven.
UP_SECONDS = (0.02, 0.12)
DOWN_SECONDS = (0.01, 0.06)
TRY_AGAIN_SECONDS = 8.0


class Server:
    """Signs, keeps what is retained, answers about time, stores reports by their id."""

    def __init__(self, world: World, serial: str, *, seed: int) -> None:
        self.world = world
        self.serial = serial
        self.dice = random.Random(seed)
        self.root = PrivateKey.generate()
        self.key: PublicKey | None = None
        self.retained: dict[str, str] = {}
        self.statuses: list[Status] = []
        self.reports: dict[str, Any] = {}
        """By id, in the order in which they first came."""
        self.sendings = 0
        self.acks_to_lose = 0
        self.cut_after: int | None = None
        """The line breaks when so many more reports have come."""
        self._client: _Client | None = None
        self._is_up = asyncio.Event()
        self._station = self._certify()

    def _certify(self) -> Signer:
        key = PrivateKey.generate()
        certificate = Certificate(
            serial="station-1",
            key=key.public,
            holder="Đài",
            areas=["10"],
            highest_priority=Priority.EMERGENCY,
            kinds=sorted(CERTIFIABLE_KINDS),
            nbf=self.now() - timedelta(days=1),
            exp=self.now() + timedelta(days=30),
        )
        return Signer(key, certificates.issue(certificate, root=self.root))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.world.true, UTC)

    def sign(self, body: Any, **how: Any) -> str:
        message = envelope.compose(body, now=self.now(), **how)
        return envelope.sign(message, by=[self._station])

    # The line

    def begin(self) -> None:
        """The box's program begins, in a loop of its own; the line is as it was."""
        was_up, self._is_up = self._is_up.is_set(), asyncio.Event()
        if was_up:
            self._is_up.set()

    def bring_up(self) -> None:
        self._is_up.set()

    def cut(self) -> None:
        self._is_up.clear()
        if self._client is not None:
            self._client.breaks()
            self._client = None

    async def keep_connected(
        self,
        _broker: Any,
        serial: str,
        *,
        traffic: Any,
        make_will: Callable[[], Awaitable[str]],
        talk: Callable[[Line], Awaitable[None]],
    ) -> None:
        """In place of the agent's own, which needs a network: the same promises."""
        while True:
            await self._is_up.wait()
            await make_will()
            self._client = _Client(self)
            try:
                await talk(Line(self._client, serial, traffic))  # type: ignore[arg-type]
            except* aiomqtt.MqttError:
                pass
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def take(self, client: "_Client", topic: str, text: str) -> None:
        await asyncio.sleep(self.dice.uniform(*UP_SECONDS))
        if client is not self._client:
            raise aiomqtt.MqttError("the line is gone")
        received_at = self.now()
        assert self.key is not None
        message = verify_from_box(text, key=self.key, serial=self.serial, topic=topic)
        if topic == topics.time_request(self.serial):
            answer = TimeAnswer(
                nonce=message.body.nonce, received_at=received_at, sent_at=self.now()
            )
            client.bring(topics.time(self.serial), self.sign(answer, to=self.serial))
        elif topic == topics.status(self.serial):
            self.statuses.append(message.body)
        else:
            await self._take_report(client, message)

    async def _take_report(self, client: "_Client", message: Any) -> None:
        self.sendings += 1
        self.reports.setdefault(message.id, message)
        if self.acks_to_lose > 0:
            self.acks_to_lose -= 1
        else:
            client.bring(topics.acks(self.serial), self.sign(Ack(ids=[message.id]), to=self.serial))
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after == 0:
                self.cut_after = None
                self.cut()
                self._is_up.set()

    def plays(self) -> list[Any]:
        """The play reports, in the order in which they came."""
        return [m for m in self.reports.values() if isinstance(m.body, PlayReport)]


class _Client:
    """One connection, as far as the agent uses it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._queue: asyncio.Queue[Any] = asyncio.Queue()

    def breaks(self) -> None:
        self._queue.put_nowait(None)

    def bring(self, topic: str, text: str) -> None:
        """To the box, after a while."""
        message = SimpleNamespace(topic=topic, payload=text.encode())
        wait = self.server.dice.uniform(*DOWN_SECONDS)
        asyncio.get_running_loop().call_later(wait, self._queue.put_nowait, message)

    async def publish(self, topic: str, text: str, **_how: Any) -> None:
        await self.server.take(self, topic, text)

    async def subscribe(self, wanted: list[tuple[str, int]]) -> None:
        for topic, _ in wanted:
            if topic in self.server.retained:
                self.bring(topic, self.server.retained[topic])

    async def unsubscribe(self, _topics: list[str]) -> None:
        """Nothing comes there."""

    @property
    def messages(self) -> "_Client":
        return self

    def __aiter__(self) -> "_Client":
        return self

    async def __anext__(self) -> Any:
        message = await self._queue.get()
        if message is None:
            raise aiomqtt.MqttError("the line is gone")
        return message
