"""The other side of the link, as small as it can be: a root, a station, a broker, sound over HTTP.

Used by the benches of the speaker agent and by its integration tests, so that they need nothing of
the server. It speaks the real messages over a real Mosquitto.
"""

import asyncio
import contextlib
import hashlib
import io
import socket
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiomqtt
import av
import numpy as np
from speaker_agent.inbox import ASSIGNMENT
from speaker_agent.journal import BoxJournal, Journal
from speaker_agent.state import Config, StateDir
from speaker_link import certificates, envelope, topics
from speaker_link.certificates import Certificate
from speaker_link.enrolment import EnrolmentCode, verify_request, write_answer
from speaker_link.envelope import Signer
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.kinds import CERTIFIABLE_KINDS, Priority
from speaker_link.messages import (
    Ack,
    Assignment,
    Broker,
    Edition,
    EnrolmentAnswer,
    Schedule,
    ScheduleItem,
    TimeAnswer,
)
from speaker_link.verification import verify_from_box

from bench.agent_broker import Mosquitto

STATION = "082"
LOCALITY = "10"


def speechlike(seconds: float, *, rate: int = 48_000, seed: int = 1) -> np.ndarray:
    """Noise in bursts, as speech has syllables: its correlation with itself has one sharp peak."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal(int(seconds * rate))
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / rate)
    spectrum[(hertz < 200) | (hertz > 5000)] = 0
    sound = np.fft.irfft(spectrum, len(noise))
    at = np.arange(len(noise)) / rate
    sound *= 0.55 + 0.45 * np.sin(2 * np.pi * 3.1 * at + random.uniform(0, 6))
    return (sound / np.abs(sound).max() * 0.6 * 32767).astype(np.int16)


def opus(sound: np.ndarray, *, rate: int = 48_000) -> bytes:
    """As the server renders it: Opus in Ogg, mono."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=rate)
        stream.layout = "mono"
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate, frame_size=960)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            for packet in stream.encode(part):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return out.getvalue()


class SoundServer:
    """GET /speaker/1/sound/{sha256} with ranges; can cut answers short or lie, for tests."""

    def __init__(self) -> None:
        self.sounds: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.cut_after: int | None = None
        self.lie: bytes | None = None
        self.refuse = 0
        self.enrol = None
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                sha256 = self.path.rsplit("/", 1)[-1]
                wanted = self.headers.get("Range")
                peer.requests.append((sha256, wanted))
                body = peer.lie or peer.sounds.get(sha256)
                if body is None or peer.refuse > 0:
                    peer.refuse -= 1
                    self.send_error(404 if body is None else 503)
                    return
                start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
                if start >= len(body):
                    self.send_error(416)
                    return
                part = body[start:]
                self.send_response(206 if wanted else 200)
                if wanted:
                    self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                self.send_header("Content-Length", str(len(part)))
                self.end_headers()
                if peer.cut_after is not None:
                    self.wfile.write(part[: peer.cut_after])
                    self.wfile.flush()
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.wfile.write(part)

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = peer.enrol(text)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        self.sounds[sha256] = body
        return sha256

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Peer:
    """The locality: signs, publishes, answers about time, collects and acknowledges reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = Mosquitto(folder / "broker")
        self.http = SoundServer()
        self.http.enrol = self._enrol
        self.root = PrivateKey.generate()
        self.station = self._issue("station-1", "Đài Bát Xát", Priority.EMERGENCY)
        self.second = self._issue("station-2", "Chủ tịch", Priority.EMERGENCY)
        self.keys: dict[str, PublicKey] = {}
        self.heard: dict[str, list] = defaultdict(list)
        self.statuses: dict[str, object] = {}
        self.stored: set[str] = set()
        self.acknowledges = True
        self.version = 0
        self.time_shift = 0.0
        self.answers_time = True
        self.client: aiomqtt.Client | None = None
        self.code = EnrolmentCode.new(self.root.public)
        self.assignment_changes: dict = {}
        self._changed = asyncio.Event()

    def _issue(self, serial: str, holder: str, highest: Priority, areas=(LOCALITY,)) -> Signer:
        key = PrivateKey.generate()
        now = datetime.now(UTC)
        certificate = Certificate(
            serial=serial,
            key=key.public,
            holder=holder,
            areas=list(areas),
            highest_priority=highest,
            kinds=sorted(CERTIFIABLE_KINDS),
            nbf=now - timedelta(days=1),
            exp=now + timedelta(days=30),
        )
        return Signer(key, certificates.issue(certificate, root=self.root))

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.time_shift, UTC)

    def assignment(self, serial: str, **changes) -> Assignment:
        values = {
            "version": 1,
            "serial": serial,
            "areas": [f"{STATION}-01", STATION, LOCALITY],
            "languages": ["vi"],
            "quiet_hours": [],
            "volume": 100,
            "max_volume": 100,
            "stations": [STATION],
            "gateway_url": self.http.url,
            "is_test_mode": False,
        }
        return Assignment(**(values | self.assignment_changes | changes))

    def sign_assignment(self, serial: str, **changes) -> str:
        assignment = self.assignment(serial, **changes)
        message = envelope.compose(assignment, now=self.now(), to=serial)
        return envelope.sign(message, by=[self.station])

    def _broker(self, serial: str) -> Broker:
        return Broker(
            host="127.0.0.1",
            port=self.broker.port,
            uses_tls=False,
            username=serial,
            password="secret",
        )

    def _enrol(self, text: bytes) -> tuple[int, bytes]:
        request = verify_request(text)
        if request.code != str(self.code):
            return 403, b"unknown code"
        serial = f"BX-{len(self.keys) + 1:04d}"
        self.keys[serial] = request.key
        body = EnrolmentAnswer(
            serial=serial,
            kid=request.key.kid,
            broker=self._broker(serial),
            assignment=self.sign_assignment(serial),
        )
        message = envelope.compose(body, now=self.now(), to=serial)
        return 200, write_answer(message, root=self.root.public, by=self.station).encode()

    def make_boxes(self, count: int, *, shared: Path, prefix: str = "BX") -> list[Path]:
        """Enrolled folders, without the exchange: for hundreds of boxes."""
        journal = Journal(shared / "journal.sqlite3")
        folders = []
        writes = []
        for number in range(1, count + 1):
            serial = f"{prefix}-{number:04d}"
            state = StateDir(self.folder / serial)
            key = state.key_for_enrolment()
            self.keys[serial] = key.public
            state.save(
                Config(
                    serial=serial,
                    gateway_url=self.http.url,
                    root=self.root.public.to_jwk(),
                    broker=self._broker(serial),
                )
            )
            writes.append(
                BoxJournal(journal, serial).keep(ASSIGNMENT, self.sign_assignment(serial))
            )
            folders.append(state.folder)
        for write in writes:
            write.result()
        journal.close()
        return folders

    # The line

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator["Peer"]:
        if self.broker.process is None:
            self.broker.start()
        client = aiomqtt.Client("127.0.0.1", self.broker.port, identifier="peer", timeout=20)
        await client.__aenter__()
        self.client = client
        for name in topics.READ_BY_GATEWAY:
            await client.subscribe(name, 1)
        task = asyncio.create_task(self._listen(client))
        try:
            yield self
        finally:
            task.cancel()
            # A test may have stopped the broker under this connection.
            with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await task
            with contextlib.suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)
            self.client = None

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            await self._hear(str(message.topic), bytes(message.payload))
            self._changed.set()

    async def _hear(self, topic: str, payload: bytes) -> None:
        received_at = self.now()
        serial = topic.split("/")[3]
        key = self.keys.get(serial)
        if key is None:
            return
        message = verify_from_box(payload, key=key, serial=serial, topic=topic)
        if topic == topics.time_request(serial):
            if self.answers_time:
                answer = TimeAnswer(
                    nonce=message.body.nonce, received_at=received_at, sent_at=self.now()
                )
                await self.say(answer, topics.time(serial), to=serial, qos=0)
            return
        if topic == topics.status(serial):
            self.statuses[serial] = message.body
            return
        if message.id not in self.stored:
            self.stored.add(message.id)
            self.heard[str(message.typ)].append((serial, message.body))
        if self.acknowledges:
            await self.say(Ack(ids=[message.id]), topics.acks(serial), to=serial)

    async def say(self, body, topic: str, *, qos: int = 1, retain: bool = False, **how) -> str:
        by = how.pop("by", [self.station])
        message = envelope.compose(body, now=how.pop("now", self.now()), **how)
        text = envelope.sign(message, by=by)
        await self.client.publish(topic, text, qos=qos, retain=retain)
        return message.id

    def item(self, sound: bytes, *, at: datetime, duration_ms: int, **changes) -> ScheduleItem:
        sha256 = self.http.put(sound)
        values = {
            "id": f"item-{len(self.http.sounds)}-{int(at.timestamp() * 1000)}",
            "start": at,
            "start_before": at + timedelta(minutes=5),
            "priority": Priority.ROUTINE,
            "areas": [STATION],
            "title": "Bản tin",
            "editions": [
                Edition(language="vi", sha256=sha256, bytes=len(sound), duration_ms=duration_ms)
            ],
        }
        return ScheduleItem(**(values | changes))

    async def publish_schedule(self, *items: ScheduleItem, withdrawn=(), **how) -> Schedule:
        self.version += 1
        now = self.now()
        schedule = Schedule(
            version=how.pop("version", self.version),
            station=STATION,
            valid_from=now - timedelta(hours=1),
            valid_to=now + timedelta(hours=47),
            items=list(items),
            withdrawn_items=list(withdrawn),
        )
        priority = schedule.highest_priority
        by = [self.station, self.second] if priority is Priority.EMERGENCY else [self.station]
        await self.say(
            schedule,
            topics.schedule(STATION),
            retain=True,
            areas=[STATION],
            **({"priority": priority, "by": by} | how),
        )
        return schedule

    async def until(self, condition, *, seconds: float = 30.0) -> None:
        """Wait until something is heard that makes this true."""
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError("it did not come about")
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 0.5))

    def close(self) -> None:
        self.broker.stop()
        self.http.close()
