"""A commune cut off: a box with a page of its own, and people with keys in their telephones."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta

import httpx
from speaker_agent.box import Box
from speaker_agent.host import Host
from speaker_agent.inbox import ASSIGNMENT
from speaker_agent.journal import BoxJournal, Journal
from speaker_agent.local_page.serving import serve_local_page
from speaker_agent.state import Config, StateDir
from speaker_agent.timing.sync import Offset
from speaker_link import certificates, envelope
from speaker_link.certificates import Certificate
from speaker_link.envelope import Signer, parse_box_payload
from speaker_link.jws import decode, split
from speaker_link.key_files import KeyFile
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Assignment, Broker
from speaker_link.sealing import seal

PASSPHRASE = "loa vang cả bản"


class Person:
    """Somebody who may warn: a key in a file, a passphrase in the head."""

    def __init__(self, root, name, *, areas=("02686",), days=30, **changes):
        self.key = PrivateKey.generate()
        now = datetime.now(UTC)
        values = {
            "serial": f"cert-{self.key.kid[:8]}",
            "key": self.key.public,
            "holder": name,
            "areas": list(areas),
            "highest_priority": Priority.EMERGENCY,
            "kinds": [Kind.ALERT, Kind.TAKEOVER],
            "nbf": now - timedelta(days=60),
            "exp": now + timedelta(days=days),
        }
        self.certificate = Certificate(**(values | changes))
        self.text = certificates.issue(self.certificate, root=root)
        self.sealed = seal(self.key, PASSPHRASE)

    @property
    def signer(self):
        return Signer(self.key, self.text)

    def file(self, **changes):
        values = {
            "kid": self.key.kid,
            "holder": self.certificate.holder,
            "certificate": self.text,
            "sealed": self.sealed,
        }
        return KeyFile(**(values | changes)).write().encode()


class Village:
    """One box whose broker is gone, in this process; its page over real TLS."""

    def __init__(self, folder, *, root=None, areas=("02686-07", "02686", "082"), **assignment):
        self.folder = folder
        self.root = root or PrivateKey.generate()
        self.station = Person(self.root, "Đài", areas=["082"], kinds=[Kind.ASSIGNMENT])
        self.serial = f"BX-{folder.name}"
        self.areas = list(areas)
        self.assignment = assignment
        self._enrol()

    def _enrol(self):
        state = StateDir(self.folder / "state")
        state.key_for_enrolment()
        # Nobody listens on port 1.
        broker = Broker(host="127.0.0.1", port=1, uses_tls=False, username="x", password="x")
        config = Config(
            serial=self.serial,
            gateway_url="http://127.0.0.1:1",
            root=self.root.public.to_jwk(),
            broker=broker,
        )
        state.save(config)
        values = {
            "version": 1,
            "serial": self.serial,
            "areas": self.areas,
            "languages": ["vi"],
            "quiet_hours": [],
            "volume": 100,
            "max_volume": 100,
            "stations": self.areas[1:],
            "gateway_url": "http://127.0.0.1:1",
            "is_test_mode": False,
        }
        body = Assignment(**(values | self.assignment))
        message = envelope.compose(body, now=datetime.now(UTC), to=self.serial)
        journal = Journal(state.journal)
        text = envelope.sign(message, by=[self.station.signer])
        BoxJournal(journal, self.serial).keep(ASSIGNMENT, text).result()
        journal.close()
        self.state = state

    @contextlib.asynccontextmanager
    async def running(self, *, knows_time=True, output="null"):
        """The box runs and a telephone is on its network."""
        host = Host(journal=self.state.journal, sounds=self.state.sounds)
        self.box = Box(self.state, host, output=output)
        if knows_time:
            counter = self.box.clock.monotonic()
            wall = datetime.now(UTC).timestamp()
            self.box.clock.observe(Offset(at=counter, seconds=wall - counter, error=0.001))
        bound = asyncio.get_running_loop().create_future()
        tasks = [
            asyncio.create_task(self.box.run()),
            asyncio.create_task(
                serve_local_page(self.box, address="127.0.0.1", port=0, on_bound=bound.set_result)
            ),
        ]
        try:
            site, port = await asyncio.wait_for(bound, 20)
            self.site = site
            context = ssl.create_default_context(cafile=str(self.state.folder / "local-page.pem"))
            async with httpx.AsyncClient(
                base_url=f"https://127.0.0.1:{port}", verify=context, timeout=30
            ) as self.phone:
                await self.until(lambda: self.box.assignment is not None)
                yield self
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await host.close()

    # What people do

    async def compose(self, person, recording, *, passphrase=PASSPHRASE, **fields):
        values = {
            "title": "Lũ quét: rời ngay khỏi bờ suối",
            "area": "02686",
            "hours": "1",
            "repeat": "0",
            "passphrase": passphrase,
            "time": datetime.now(UTC).isoformat(),
        }
        files = {"key": ("toi.tmkey", person.file()), "recording": ("ghi-am.ogg", recording)}
        return await self.phone.post("/canh-bao", data=values | fields, files=files)

    async def sign(self, where, person, *, passphrase=PASSPHRASE, key=None):
        files = {"key": ("toi.tmkey", key or person.file())}
        return await self.phone.post(where, data={"passphrase": passphrase}, files=files)

    async def alert(self, first, second, recording, **fields):
        """Both sign; the page of what went out."""
        drafted = await self.compose(first, recording, **fields)
        assert drafted.status_code == 303, drafted.text
        issued = await self.sign(drafted.headers["location"], second)
        assert issued.status_code == 303, issued.text
        return issued.headers["location"]

    # What the box will tell

    def reports(self, kind):
        found = []
        for text in self.box.reporter._waiting.values():  # noqa: SLF001 - what the server would be told
            payload, _ = split(text)
            message = parse_box_payload(decode(payload, "payload"))
            if message.typ is kind:
                found.append(message.body)
        return found

    def refusals(self):
        return [one.reason for one in self.reports(Kind.REFUSAL)]

    def nothing_went_out(self):
        assert not self.reports(Kind.LOCAL_ISSUE)
        assert not self.box.desk.alerts.alerts
        return True

    def refused(self, answer, reason):
        """Whoever sent this was turned away, it is known why, and nothing sounds."""
        assert answer.status_code in {403, 404, 413, 429}, answer.text
        assert reason in self.refusals()
        assert self.nothing_went_out()

    async def until(self, condition, *, seconds=90.0):
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - the box tells nobody
                await asyncio.sleep(0.05)
