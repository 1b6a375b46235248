"""Boxes without sound: they connect, verify everything, report, and change to another node."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import suppress
from datetime import UTC, datetime

import aiomqtt
from speaker_link import topics
from speaker_link.boxes import compose_from_box, sign_as_box, sign_will
from speaker_link.errors import Refused
from speaker_link.kinds import Kind
from speaker_link.messages import PlayReport, Status
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

STATUS_SECONDS = 20
RESEND_SECONDS = 10
logging.getLogger("mqtt").setLevel(logging.ERROR)


def now() -> datetime:
    return datetime.now(UTC)


class LightBox:
    """What an agent does on the line, with the same library for every judgement."""

    def __init__(self, box, path: tuple[str, ...], trust: Trust, nodes: list[int]) -> None:
        self.serial, self.key, self.password = box.serial, box.private, box.password
        self.stations = list(path[1:])
        self._scope = Scope(serial=box.serial, areas=path, stations=path[1:])
        self._trust, self._replay = trust, MemoryReplayCache()
        self._nodes, self._at = nodes, 0
        self._session, self._sequence = 0, 0
        self._client: aiomqtt.Client | None = None
        self.heard: dict[str, float] = {}  # schedule item → when it was first obeyed
        self.copies = 0
        self.refused: list[str] = []
        self.unacked: dict[str, str] = {}
        self.up = asyncio.Event()
        self.port = 0
        self.went_down_at = self.came_up_at = 0.0

    async def run(self) -> None:
        while True:
            self._session, self._sequence = int(time.time() * 1000), 0
            self.port = self._nodes[self._at % len(self._nodes)]
            try:
                await self._talk()
            except* (aiomqtt.MqttError, OSError):
                pass
            if self.up.is_set():
                self.went_down_at = time.monotonic()
            self.up.clear()
            self._client = None
            self._at += 1
            # As agents do after a good connection.
            await asyncio.sleep(random.uniform(0.3, 1.3))

    async def _talk(self) -> None:
        will = sign_will(
            agent_version="bench",
            now=now(),
            box=self.serial,
            session=self._session,
            key=self.key,
        )
        async with aiomqtt.Client(
            "127.0.0.1",
            self.port,
            username=self.serial,
            password=self.password,
            identifier=self.serial,
            clean_session=False,
            keepalive=15,
            will=aiomqtt.Will(topics.status(self.serial), will, qos=1, retain=True),
            timeout=20,
        ) as client:
            await client.subscribe(
                [(name, 1) for name in topics.read_by_box(self.serial, self.stations)], timeout=30
            )
            self._client = client
            self.came_up_at = time.monotonic()
            self.up.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._say_status(client))
                tasks.create_task(self._resend(client))
                async for message in client.messages:
                    self._take(str(message.topic), bytes(message.payload))
                raise aiomqtt.MqttError("closed")

    def _take(self, topic: str, payload: bytes) -> None:
        try:
            heard = verify(
                payload,
                trust=self._trust,
                scope=self._scope,
                now=now(),
                replay=self._replay,
                topic=topic,
            )
        except Refused as refusal:
            self.refused.append(str(refusal.reason))
            return
        if heard.typ is Kind.ACK:
            for one in heard.body.ids:
                self.unacked.pop(one, None)
        elif heard.typ is Kind.SCHEDULE:
            new = [item.id for item in heard.body.items if item.id not in self.heard]
            self.copies += not new
            for item in new:
                self.heard[item] = time.monotonic()

    def _sign(self, body, **options) -> tuple[str, str]:
        self._sequence += 1
        message = compose_from_box(
            body,
            now=now(),
            box=self.serial,
            session=self._session,
            sequence=self._sequence,
            **options,
        )
        return message.id, sign_as_box(message, self.key)

    async def _say_status(self, client: aiomqtt.Client) -> None:
        while True:
            _id, text = self._sign(
                Status(state="online", agent_version="bench", volume=70, time_is_trusted=True)
            )
            await client.publish(topics.status(self.serial), text, qos=1, retain=True, timeout=20)
            await asyncio.sleep(STATUS_SECONDS * random.uniform(0.9, 1.0))

    async def report(self, item: str) -> None:
        """Say that something was played, and go on saying so until it is acknowledged."""
        at = now()
        message, text = self._sign(
            PlayReport(
                item_id=item,
                station=self.stations[0],
                outcome="played",
                language="vi",
                sha256="a" * 64,
                scheduled_start=at,
                started_at=at,
                start_error_ms=0.5,
                sample_rate=48_000,
                samples_expected=48_000,
                samples_played=48_000,
            )
        )
        self.unacked[message] = text
        client = self._client
        if client is not None:
            with suppress(aiomqtt.MqttError):
                await client.publish(topics.reports(self.serial), text, qos=1, timeout=20)

    async def _resend(self, client: aiomqtt.Client) -> None:
        while True:
            for text in list(self.unacked.values()):
                await client.publish(topics.reports(self.serial), text, qos=1, timeout=20)
            await asyncio.sleep(RESEND_SECONDS)


def make_place(number: int, communes: int):
    """A district of some communes, with keys, and boxes whose passwords are known here."""
    import datetime as dt
    from types import SimpleNamespace

    from speaker_link.keys import PrivateKey
    from speaker_link.trust import Trust
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.places.models import Unit, Village
    from tiengmo.speakers import keys
    from tiengmo.speakers.actions import issue_station_key, set_up_keys
    from tiengmo.speakers.brokers.passwords import hash_password, new_password
    from tiengmo.speakers.models import Box

    top = Unit.objects.create(code="99", name="Tỉnh", level="province", valid_from=dt.date.min)
    units, villages = [], []
    set_up_keys(by=SYSTEM)
    for index in range(communes):
        unit = Unit.objects.create(
            code=f"99{index:03d}",
            name=f"Xã {index}",
            level="commune",
            parent=top,
            valid_from=dt.date.min,
        )
        village = Village.objects.create(
            code=f"{unit.code}-01",
            name="Thôn",
            unit=unit,
            households=100,
            population=400,
            languages=["vi"],
            latitude=22.5,
            longitude=103.9,
        )
        issue_station_key(unit, by=SYSTEM)
        units.append(unit)
        villages.append(village)
    rows = []
    for index in range(number):
        key, password = PrivateKey.generate(), new_password()
        box = Box.objects.create(
            serial=f"loa-bench{index:04d}",
            name=f"Loa {index}",
            village=villages[index % communes],
            latitude=22.5,
            longitude=103.9,
            households_lo=1,
            households_hi=2,
            public_key=key.public.to_jwk(),
            key_thumbprint=key.kid,
            broker_password=hash_password(password),
        )
        box.private, box.password = key, password
        rows.append(box)
    return SimpleNamespace(units=units, rows=rows, trust=Trust.in_root(keys.root_public()))
