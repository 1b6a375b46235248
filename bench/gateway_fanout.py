"""One signed item to 300 boxes: our path beside a bare MQTT fan-out of the same bytes.

    python -m bench.gateway_fanout [--boxes 300] [--rounds 15]

Ours: `publish_schedule` (sign, commit) → the real gateway process → Mosquitto → every receiver
has it, and one verification. Bare: one client of the same library publishes the same bytes to the
same broker and the same receivers. Rounds alternate, so both meet the same machine. Then boxes
say their status at the pace of 1,000 boxes a minute, and the gateway's processor time is read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psutil

TARGET_RATIO = 1.5
STATUSES_A_SECOND = 1000 / 60
MEASURE_SECONDS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tiengmo-bench-") as home:
        ports = {name: str(_free_port()) for name in ("BROKER", "GATEWAY")}
        os.environ |= {
            "TIENGMO_HOME": home,
            "TIENGMO_BROKER_PORT": ports["BROKER"],
            "TIENGMO_GATEWAY_PORT": ports["GATEWAY"],
            "TIENGMO_LOG": "WARNING",
            "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        unit, boxes = _locality(options.boxes)
        processes = [_command("broker"), _command("gateway")]
        try:
            _wait_for_gateway(int(ports["GATEWAY"]))
            asyncio.run(_measure(unit, boxes, options.rounds, processes[1].pid))
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(15)


async def _measure(unit, boxes, rounds: int, gateway: int) -> None:
    from speaker_link import topics
    from speaker_link.trust import Trust
    from tiengmo.speakers import keys
    from tiengmo.speakers.actions import publish_schedule

    receivers = [Receiver(box, topics.schedule(unit.code)) for box in boxes]
    for start in range(0, len(receivers), 20):
        await asyncio.gather(*(one.connect() for one in receivers[start : start + 20]))
    trust = Trust.in_root(keys.root_public())
    sender = _client("gateway-bench", _gateway_password())
    ours, bare, checks = [], [], []
    async with sender:
        for number in range(rounds + 2):
            item = _item(unit)
            began = _expect(receivers)
            row = await asyncio.to_thread(publish_schedule, unit, [item])
            arrived = await _all_have(receivers, row.payload)
            checked = _verify_once(row, trust, boxes[0])
            took = arrived - began + checked
            # Another text of the same length, so that nobody takes it for the one before.
            text = row.payload[:-1] + " }"
            began = _expect(receivers)
            await sender.publish(row.topic, text, qos=1, retain=True)
            plain = await _all_have(receivers, text) - began
            if number >= 2:  # the first two warm the caches up
                ours.append(took)
                bare.append(plain)
                checks.append(checked)
    _tell(len(boxes), ours, bare, checks)
    await _measure_statuses(boxes, receivers, gateway)
    for one in receivers:
        one.task.cancel()
    await asyncio.gather(*(one.task for one in receivers), return_exceptions=True)


def _tell(boxes: int, ours: list[float], bare: list[float], checks: list[float]) -> None:
    ratio = statistics.median(ours) / statistics.median(bare)
    ms = {
        name: sorted(1000 * one for one in values)
        for name, values in (("ours", ours), ("bare", bare), ("check", checks))
    }
    print(f"{boxes} receivers, {len(ours)} rounds, last of all, median (fastest–slowest) in ms")
    for name in ("ours", "bare", "check"):
        values = ms[name]
        print(f"  {name:6} {statistics.median(values):7.1f} ({values[0]:.1f}–{values[-1]:.1f})")
    verdict = "within" if ratio <= TARGET_RATIO else "ABOVE"
    print(f"  ratio  {ratio:7.2f} {verdict} the target of {TARGET_RATIO}")


async def _measure_statuses(boxes, receivers, gateway: int) -> None:
    from speaker_link import topics
    from speaker_link.boxes import compose_from_box, sign_as_box
    from speaker_link.messages import Status

    process = psutil.Process(gateway)
    await asyncio.sleep(3)
    idle = await _processor(process, asyncio.sleep(10), 10)

    async def say() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(int(STATUSES_A_SECOND * MEASURE_SECONDS)):
            box = boxes[number % len(boxes)]
            message = compose_from_box(
                Status(state="online", agent_version="bench", volume=70, clock_offset_ms=number),
                now=datetime.now(UTC),
                box=box.serial,
                session=1,
                sequence=number + 1,
            )
            await receivers[number % len(boxes)].client.publish(
                topics.status(box.serial), sign_as_box(message, box.private), qos=1, retain=True
            )
            await asyncio.sleep(max(0, began + (number + 1) / STATUSES_A_SECOND - loop.time()))

    busy = await _processor(process, say(), MEASURE_SECONDS)
    memory = process.memory_info().rss / 2**20
    print(
        f"gateway: idle {idle:.1%} of a core; 1,000 boxes at a status a minute "
        f"{busy:.1%} of a core; {memory:.0f} MiB"
    )


async def _processor(process: psutil.Process, during, seconds: float) -> float:
    before = process.cpu_times()
    await during
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / seconds


class Receiver:
    """A light box: it takes what comes on its station's topic and remembers when."""

    def __init__(self, box, topic: str) -> None:
        self.box, self.topic = box, topic
        self.text, self.at = "", 0.0
        self.came = asyncio.Event()

    async def connect(self) -> None:
        self.client = _client(self.box.serial, self.box.password)
        ready = asyncio.Event()
        self.task = asyncio.create_task(self._listen(ready))
        await ready.wait()

    async def _listen(self, ready: asyncio.Event) -> None:
        async with self.client as client:
            await client.subscribe(self.topic, qos=1)
            ready.set()
            async for message in client.messages:
                self.at, self.text = time.monotonic(), message.payload
                self.came.set()


def _expect(receivers: list[Receiver]) -> float:
    for one in receivers:
        one.came.clear()
    return time.monotonic()


async def _all_have(receivers: list[Receiver], text: str) -> float:
    wanted = text.encode()
    for one in receivers:
        while True:
            await asyncio.wait_for(one.came.wait(), 30)
            if one.text == wanted:
                break
            one.came.clear()
    return max(one.at for one in receivers)


def _verify_once(row, trust, box) -> float:
    """A box's own judgement, once: every box has a processor of its own for it."""
    from speaker_link.replay import MemoryReplayCache
    from speaker_link.trust import Scope
    from speaker_link.verification import verify
    from tiengmo.places.queries import area_path

    path = tuple(area_path(box.village))
    scope = Scope(serial=box.serial, areas=path, stations=path[1:])
    began = time.monotonic()
    verify(
        row.payload,
        trust=trust,
        scope=scope,
        now=datetime.now(UTC),
        replay=MemoryReplayCache(),
        topic=row.topic,
    )
    return time.monotonic() - began


def _client(name: str, password: str):
    import aiomqtt
    from django.conf import settings

    return aiomqtt.Client(
        "127.0.0.1",
        settings.BROKER_PORT,
        username="gateway" if name.startswith("gateway") else name,
        password=password,
        identifier=name,
        keepalive=20,
        clean_session=True,
    )


def _gateway_password() -> str:
    from tiengmo.speakers.brokers.passwords import gateway_password

    return gateway_password()


def _locality(number: int):
    """A commune of one village, with keys, and boxes whose passwords are known here."""
    import datetime as dt

    from speaker_link.keys import PrivateKey
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.places.models import Unit, Village
    from tiengmo.speakers.actions import issue_station_key, set_up_keys
    from tiengmo.speakers.brokers.passwords import hash_password, new_password
    from tiengmo.speakers.models import Box

    top = Unit.objects.create(code="99", name="Huyện", level="district", valid_from=dt.date.min)
    unit = Unit.objects.create(
        code="99001", name="Xã", level="commune", parent=top, valid_from=dt.date.min
    )
    village = Village.objects.create(
        code="99001-01",
        name="Thôn",
        unit=unit,
        households=100,
        population=400,
        languages=["vi"],
        latitude=22.5,
        longitude=103.9,
    )
    set_up_keys(by=SYSTEM)
    issue_station_key(unit, by=SYSTEM)
    boxes = []
    for index in range(number):
        key, password = PrivateKey.generate(), new_password()
        box = Box.objects.create(
            serial=f"loa-bench{index:04d}",
            name=f"Loa {index}",
            village=village,
            latitude=22.5,
            longitude=103.9,
            households_lo=1,
            households_hi=2,
            public_key=key.public.to_jwk(),
            key_thumbprint=key.kid,
            broker_password=hash_password(password),
        )
        box.private, box.password = key, password
        boxes.append(box)
    return unit, boxes


def _item(unit):
    start = datetime.now(UTC) + timedelta(seconds=8)
    return SimpleNamespace(
        id=uuid4(),
        title="Bản tin đo",
        areas=[unit.code],
        editions=[{"language": "vi", "sha256": "a" * 64, "bytes": 180_000, "duration_ms": 60_000}],
        priority="routine",
        start_at=start,
        start_before_at=start + timedelta(hours=1),
    )


def _command(name: str) -> subprocess.Popen[bytes]:
    log = (Path(os.environ["TIENGMO_HOME"]) / f"{name}.log").open("wb")
    return subprocess.Popen(
        [sys.executable, "-c", f"from tiengmo.config.cli import main; main(['{name}'])"],
        stdout=log,
        stderr=log,
    )


def _wait_for_gateway(port: int) -> None:
    import httpx

    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/speaker/1/health").is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the gateway does not answer")


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
