"""A box as thin as the specification allows: speaker-link, an MQTT client and nothing of ours."""

import asyncio
import contextlib
from datetime import UTC, datetime

import aiomqtt
import httpx
from speaker_link import topics
from speaker_link.boxes import compose_from_box, sign_as_box, sign_will
from speaker_link.enrolment import EnrolmentCode, open_answer, sign_request
from speaker_link.errors import Refused
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind
from speaker_link.messages import (
    EnrolmentRequest,
    Held,
    PlayReport,
    RefusalReport,
    Status,
    TimeRequest,
)
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify


def now():
    return datetime.now(UTC)


class LightBox:
    def __init__(self, code, key=None):
        self.code, self.key = EnrolmentCode.parse(code), key or PrivateKey.generate()
        self.session, self.sequence = 0, 0
        self.replay = MemoryReplayCache()
        self.obeyed, self.refused, self.acked = [], [], set()
        self.nonces = frozenset()

    def request(self):
        asked = EnrolmentRequest(
            code=str(self.code), key=self.key.public, model="thử", agent_version="0"
        )
        return sign_request(asked, now=now(), key=self.key)

    def enrol(self, gateway_url):
        response = httpx.post(f"{gateway_url}/speaker/1/enrol", content=self.request(), timeout=90)
        response.raise_for_status()
        self.take_answer(response.text)
        return response

    def take_answer(self, text):
        root, answer, assignment = open_answer(text, code=self.code, key=self.key.public)
        self.serial, self.broker = answer.body.serial, answer.body.broker
        self.assignment = assignment.body
        self.trust = Trust.in_root(root)

    def scope(self):
        return Scope.of(self.assignment).__class__(
            **{**Scope.of(self.assignment).__dict__, "nonces": self.nonces}
        )

    @contextlib.asynccontextmanager
    async def online(self, **status):
        self.session += 1
        self.sequence = 0
        will = sign_will(
            agent_version="0", now=now(), box=self.serial, session=self.session, key=self.key
        )
        async with aiomqtt.Client(
            self.broker.host,
            self.broker.port,
            username=self.broker.username,
            password=self.broker.password,
            identifier=self.serial,
            clean_session=False,
            keepalive=10,
            will=aiomqtt.Will(topics.status(self.serial), will, qos=1, retain=True),
        ) as client:
            self.client = client
            reading = asyncio.create_task(self._read())
            wanted = topics.read_by_box(self.serial, self.assignment.stations)
            await client.subscribe([(name, 1) for name in wanted])
            await self.say_status(**status)
            try:
                yield self
            finally:
                reading.cancel()

    async def _read(self):
        async for message in self.client.messages:
            try:
                heard = verify(
                    message.payload,
                    trust=self.trust,
                    scope=self.scope(),
                    now=now(),
                    replay=self.replay,
                    topic=str(message.topic),
                )
            except Refused as refusal:
                self.refused.append(refusal.reason)
                await self.tell(
                    RefusalReport(topic=str(message.topic), reason=refusal.reason, refused_at=now())
                )
            else:
                if heard.typ is Kind.ACK:
                    self.acked |= set(heard.body.ids)
                self.obeyed.append(heard)

    def compose(self, body, **options):
        self.sequence += 1
        return compose_from_box(
            body,
            now=now(),
            box=self.serial,
            session=self.session,
            sequence=self.sequence,
            **options,
        )

    async def say_status(self, **fields):
        message = self.compose(
            Status(**{"state": "online", "agent_version": "0", "output": "null"} | fields)
        )
        await self.client.publish(
            topics.status(self.serial), sign_as_box(message, self.key), qos=1, retain=True
        )

    async def tell(self, body, **options):
        message = self.compose(body, **options)
        await self.client.publish(
            topics.reports(self.serial), sign_as_box(message, self.key), qos=1
        )
        return message.id

    async def ask_time(self, nonce):
        self.nonces = frozenset({nonce})
        message = self.compose(TimeRequest(nonce=nonce, sent_at=now()))
        await self.client.publish(
            topics.time_request(self.serial), sign_as_box(message, self.key), qos=0
        )

    async def until(self, condition, seconds=90):
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"did not happen in {seconds} s")
            await asyncio.sleep(0.02)


def played(item_id, station, **fields):
    start = now()
    return PlayReport(
        **{
            "item_id": item_id,
            "station": station,
            "outcome": "played",
            "language": "vi",
            "sha256": "a" * 64,
            "scheduled_start": start,
            "started_at": start,
            "start_error_ms": 1.5,
            "sample_rate": 48000,
            "samples_expected": 48000,
            "samples_played": 48000,
        }
        | fields
    )


def held(item_id):
    return Held(item_id=item_id, sha256="a" * 64)
