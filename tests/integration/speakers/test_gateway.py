"""From a row to a box and back, through a real broker and the real gateway process."""

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from django.utils import timezone
from integration.speakers.light_box import LightBox, held, played
from speaker_link.kinds import Kind
from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers.actions import (
    make_enrolment_code,
    publish_schedule,
    retire_box,
    set_volume,
)
from tiengmo.speakers.models import (
    Box,
    CommandState,
    HeldSound,
    OutgoingCommand,
    PlayReport,
    Refusal,
    RetainedMessage,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def item(village, **fields):
    start = timezone.now() + timedelta(seconds=30)
    return SimpleNamespace(
        **{
            "id": uuid4(),
            "title": "Bản tin thử",
            "areas": [village.unit.code],
            "editions": [
                {"language": "vi", "sha256": "a" * 64, "bytes": 1000, "duration_ms": 1000}
            ],
            "priority": "routine",
            "start_at": start,
            "start_before_at": start + timedelta(minutes=10),
        }
        | fields
    )


@pytest.fixture
def new_box(locality, gateway):
    def make(**placement):
        box = LightBox(make_enrolment_code(locality, by=SYSTEM, **placement))
        box.enrol(gateway.url)
        return box

    return make


async def row(model, **lookup):
    return model.objects.filter(**lookup).first()


async def in_database(function, *arguments, **options):
    return function(*arguments, **options)


async def eventually(model, seconds=90, **lookup):
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await row(model, **lookup)) is None:
        assert asyncio.get_running_loop().time() < deadline, f"no {model.__name__} {lookup}"
        await asyncio.sleep(0.05)
    return found


def test_one_item_there_and_back(broker, gateway, locality, new_box):
    broker.start()
    gateway.start()
    box = new_box(name="Cụm loa đầu thôn")

    async def scene():
        async with box.online(volume=70, time_is_trusted=True, clock_offset_ms=12.5):
            seen = await eventually(Box, serial=box.serial, is_online=True)
            assert seen.name == "Cụm loa đầu thôn"
            assert seen.clock_offset_ms == 12.5

            wanted = item(locality)
            await in_database(publish_schedule, locality.unit, [wanted])
            await box.until(lambda: any(m.typ is Kind.SCHEDULE for m in box.obeyed))
            assert [i.id for m in box.obeyed if m.typ is Kind.SCHEDULE for i in m.body.items] == [
                str(wanted.id)
            ]
            assert box.refused == []

            await box.tell(held(str(wanted.id)))
            report = await box.tell(played(str(wanted.id), locality.unit.code))
            await box.until(lambda: report in box.acked)
            stored = await eventually(PlayReport, pk=report)
            assert stored.samples_played == stored.samples_total == 48000
            assert await eventually(HeldSound, box_id=box.serial, item_id=str(wanted.id))

            await box.ask_time("nonce-1")
            await box.until(lambda: any(m.typ is Kind.TIME for m in box.obeyed))
            assert box.refused == []

    asyncio.run(scene())


def test_volume_reaches_the_box_and_its_answer_comes_back(broker, gateway, locality, new_box):
    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        async with box.online():
            from speaker_link.messages import CommandResult

            target = await eventually(Box, serial=box.serial)
            order = await in_database(set_volume, target, 30, by=SYSTEM)
            await box.until(lambda: any(m.typ is Kind.COMMAND for m in box.obeyed))
            command = next(m for m in box.obeyed if m.typ is Kind.COMMAND)
            assert command.body.volume == 30
            await box.tell(
                CommandResult(command_id=command.id, outcome="done", finished_at=timezone.now())
            )
            await eventually(OutgoingCommand, pk=order.pk, state=CommandState.DONE)
            await box.until(
                lambda: any(m.typ is Kind.ASSIGNMENT and m.body.volume == 30 for m in box.obeyed)
            )

    asyncio.run(scene())


def test_a_box_whose_line_stands_and_that_says_nothing_is_seen_within_thirty_seconds(
    broker, gateway, locality, new_box
):
    """No will comes while the line stands: a program that hangs, a broker that forgot it."""
    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        async with box.online():
            heard = await eventually(Box, serial=box.serial, is_online=True)
            deadline = time.monotonic() + 45
            while time.monotonic() < deadline:
                found = await asyncio.to_thread(Box.objects.get, pk=box.serial)
                if not found.is_online:
                    break
                await asyncio.sleep(0.25)
            assert not found.is_online
            noticed = (found.changed_at - heard.last_seen_at).total_seconds()
            assert 27 <= noticed <= 30
            assert found.silent_since == heard.last_seen_at

    asyncio.run(scene())


def test_will_marks_the_box_silent(broker, gateway, locality, new_box):
    import socket

    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        import aiomqtt

        with pytest.raises((aiomqtt.MqttError, ExceptionGroup)):  # noqa: PT012
            async with box.online():
                await eventually(Box, serial=box.serial, is_online=True)
                box.client._client.socket().shutdown(socket.SHUT_RDWR)
                await asyncio.sleep(0.5)
                raise aiomqtt.MqttError("cut")
        gone = await eventually(Box, serial=box.serial, is_online=False)
        assert gone.silent_since is not None
        async with box.online():
            back = await eventually(Box, serial=box.serial, is_online=True)
            assert back.silent_since is None

    asyncio.run(scene())


def test_lost_answer_gives_the_same_serial(broker, gateway, locality):
    broker.start()
    gateway.start()
    box = LightBox(make_enrolment_code(locality, by=SYSTEM))
    box.enrol(gateway.url)
    first = box.serial
    box.enrol(gateway.url)
    assert box.serial == first

    async def scene():
        async with box.online():
            await eventually(Box, serial=box.serial, is_online=True)

    asyncio.run(scene())
    stranger = LightBox(str(box.code))
    with pytest.raises(httpx.HTTPStatusError) as refused:
        stranger.enrol(gateway.url)
    assert refused.value.response.status_code == 403


def test_reports_survive_a_killed_gateway(broker, gateway, locality, new_box):
    """Said while nobody listens: stored once when the gateway is back."""
    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        async with box.online():
            await eventually(Box, serial=box.serial, is_online=True)
            gateway.kill()
            reports = [
                await box.tell(played(f"item-{n}", locality.unit.code), id=f"report-{n}")
                for n in range(50)
            ]
            wanted = item(locality)
            await in_database(publish_schedule, locality.unit, [wanted])
            await asyncio.to_thread(gateway.start)
            await box.until(lambda: box.acked >= set(reports), 20)
            assert await in_database(PlayReport.objects.count) == 50
            await box.until(lambda: any(m.typ is Kind.SCHEDULE for m in box.obeyed))
            await box.tell(played("item-0", locality.unit.code), id="report-0")
            await asyncio.sleep(0.6)
            assert await in_database(PlayReport.objects.count) == 50
            assert box.refused == []

    asyncio.run(scene())


def test_state_stands_again_after_the_broker_was_killed(broker, gateway, locality, new_box):
    broker.start()
    gateway.start()
    box = new_box()
    wanted = item(locality)

    async def before():
        async with box.online():
            await eventually(Box, serial=box.serial, is_online=True)

    asyncio.run(before())
    publish_schedule(locality.unit, [wanted])
    deadline = timezone.now() + timedelta(seconds=10)
    while RetainedMessage.objects.filter(published_version=0).exists():
        assert timezone.now() < deadline
    broker.kill()
    broker.start()
    gateway.wait_until_connected()
    box.replay = type(box.replay)()

    async def after():
        async with box.online():
            await box.until(lambda: any(m.typ is Kind.SCHEDULE for m in box.obeyed))
            await box.until(lambda: any(m.typ is Kind.ASSIGNMENT for m in box.obeyed))

    asyncio.run(after())


def test_database_locked_for_a_while_loses_nothing(broker, gateway, locality, new_box, home):
    import sqlite3

    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        async with box.online():
            await eventually(Box, serial=box.serial, is_online=True)
            blocker = sqlite3.connect(home / "tiengmo.sqlite3", isolation_level=None)
            blocker.execute("BEGIN IMMEDIATE")
            report = await box.tell(played("item", locality.unit.code))
            await asyncio.sleep(2)
            assert report not in box.acked
            await box.ask_time("nonce-while-locked")
            await box.until(lambda: any(m.typ is Kind.TIME for m in box.obeyed), 3)
            blocker.execute("ROLLBACK")
            blocker.close()
            await box.until(lambda: report in box.acked, 15)
            await eventually(PlayReport, pk=report)

    asyncio.run(scene())


def test_retired_box_is_told_and_shut_out(broker, gateway, locality, new_box):
    import aiomqtt

    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        with pytest.raises((aiomqtt.MqttError, ExceptionGroup, AssertionError)):  # noqa: PT012
            async with box.online():
                target = await eventually(Box, serial=box.serial, is_online=True)
                await in_database(retire_box, target, by=SYSTEM)
                await box.until(
                    lambda: any(
                        m.typ is Kind.COMMAND and m.body.action == "retire" for m in box.obeyed
                    )
                )
                await box.until(box.client._disconnected.done, 15)
                raise aiomqtt.MqttError("shut out")
        with pytest.raises(aiomqtt.MqttError):
            async with box.online():
                pass

    asyncio.run(scene())


def test_refusal_appears(broker, gateway, locality, new_box):
    broker.start()
    gateway.start()
    box = new_box()

    async def scene():
        from speaker_link.messages import RefusalReport

        async with box.online():
            await box.tell(
                RefusalReport(
                    topic="tm/1/stations/x/schedule",
                    reason="wrong_area",
                    detail="…",
                    refused_at=timezone.now(),
                )
            )
            await eventually(Refusal, box_id=box.serial, reason="wrong_area")
            await eventually(Box, serial=box.serial, last_refusal_reason="wrong_area")

    asyncio.run(scene())


def test_sound_by_content_with_ranges(broker, gateway, locality, home):
    import hashlib

    broker.start()
    gateway.start()
    content = bytes(range(256)) * 4096
    sha256 = hashlib.sha256(content).hexdigest()
    path = home / "sound" / sha256[:2] / f"{sha256}.opus"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    url = f"{gateway.url}/speaker/1/sound/{sha256}"
    whole = httpx.get(url)
    assert whole.content == content
    assert whole.headers["etag"] == f'"{sha256}"'
    part = httpx.get(url, headers={"range": "bytes=1000-", "if-range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, content[1000:])
    assert httpx.get(url, headers={"if-none-match": whole.headers["etag"]}).status_code == 304
    head = httpx.head(url)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))
    for wrong in ("0" * 64, "..%2f..%2fkeys%2froot", "zz"):
        assert httpx.get(f"{gateway.url}/speaker/1/sound/{wrong}").status_code == 404


def test_guessing_codes_ends(broker, gateway, locality):
    from speaker_link.enrolment import EnrolmentCode
    from tiengmo.speakers import keys

    broker.start()
    gateway.start()
    answers = []
    for _attempt in range(12):
        box = LightBox(str(EnrolmentCode.new(keys.root_public())))
        answers.append(
            httpx.post(f"{gateway.url}/speaker/1/enrol", content=box.request()).status_code
        )
    assert answers == [403] * 10 + [429] * 2
