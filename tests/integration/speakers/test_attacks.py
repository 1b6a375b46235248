"""Whoever holds the broker still cannot make a loudspeaker speak: the real box, the real broker."""

import asyncio
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import aiomqtt
import pytest
from attack_table import note_refusal
from speaker_link import topics
from speaker_link.certificates import Certificate, issue
from speaker_link.envelope import Signer, compose, new_id, sign
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Command, CommandAction, Edition, Schedule, ScheduleItem
from tiengmo.audit.actors import SYSTEM
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.speakers import keys
from tiengmo.speakers.actions import issue_station_key, make_enrolment_code, play_test_tone
from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.models import Box, OutgoingCommand, PlayReport, Refusal

pytestmark = pytest.mark.integration


def now():
    return datetime.now(UTC)


def eventually(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.1)
    return found


@pytest.fixture
def box(broker, gateway, locality, home):
    """A real agent in its own process, on line and with a trusted clock."""
    broker.start()
    gateway.start()
    code = make_enrolment_code(locality, by=SYSTEM)
    agent = [sys.executable, "-m", "speaker_agent"]
    state = str(home / "box")
    subprocess.run(
        [*agent, "enrol", "--gateway", gateway.url, "--code", code, "--state", state],
        check=True,
        timeout=120,
    )
    with (home / "box.log").open("wb") as log:
        process = subprocess.Popen(
            [*agent, "--verbose", "run", "--state", state, "--output", "null"],
            stdout=log,
            stderr=log,
        )
    try:
        yield eventually(lambda: Box.objects.filter(is_online=True, is_time_trusted=True).first())
    finally:
        process.terminate()
        process.wait(60)


def schedule(unit, *, priority=Priority.ROUTINE, version=None, said=None, areas=None):
    start = now() + timedelta(seconds=3)
    item = ScheduleItem(
        id=new_id(),
        start=start,
        start_before=start + timedelta(minutes=5),
        priority=priority,
        areas=[unit.code],
        title="Đài lạ",
        editions=[Edition(language="vi", sha256="c" * 64, bytes=100, duration_ms=1000)],
    )
    body = Schedule(
        version=version or int(time.time() * 1000) + 10**6,
        station=unit.code,
        valid_from=now(),
        valid_to=now() + timedelta(hours=1),
        items=[item],
    )
    return compose(body, now=now(), areas=areas or [unit.code], priority=said or priority)


def tone(serial, at=None):
    body = Command(action=CommandAction.TEST_TONE, duration_ms=500)
    return compose(body, now=at or now(), to=serial)


def stranger(unit, *, root=None):
    """A key with a certificate that looks right and is another root's."""
    key = PrivateKey.generate()
    certificate = Certificate(
        serial=new_id(),
        key=key.public,
        holder="Kẻ lạ",
        areas=[unit.code],
        highest_priority=Priority.EMERGENCY,
        kinds=[Kind.SCHEDULE, Kind.COMMAND],
        nbf=now() - timedelta(hours=1),
        exp=now() + timedelta(days=1),
    )
    return Signer(key, issue(certificate, root=root or PrivateKey.generate()))


def tampered(text):
    outer = json.loads(text)
    first = outer["signatures"][0]["signature"]
    outer["signatures"][0]["signature"] = ("A" if first[0] != "A" else "B") + first[1:]
    return json.dumps(outer)


def attacks(box, unit):
    """(what it is, topic, text, the reason to be refused with)."""
    own = keys.station_signers(unit)[0]
    neighbour = UnitFactory(parent=unit.parent)
    issue_station_key(neighbour, by=SYSTEM)
    theirs = keys.station_signers(neighbour)[0]
    orders, plans = topics.commands(box.serial), topics.schedule(unit.code)
    bare = Signer(PrivateKey.generate(), None)
    return [
        ("forged", orders, tampered(sign(tone(box.serial), by=[own])), "bad_signature"),
        ("no certificate", orders, sign(tone(box.serial), by=[bare]), "unknown_key"),
        ("another root", orders, sign(tone(box.serial), by=[stranger(unit)]), "unknown_key"),
        (
            "expired",
            orders,
            sign(tone(box.serial, now() - timedelta(hours=1)), by=[own]),
            "expired",
        ),
        ("a neighbour's key", orders, sign(tone(box.serial), by=[theirs]), "wrong_area"),
        ("another box's order", orders, sign(tone("loa-khac"), by=[own]), "wrong_area"),
        ("a neighbour's plan", plans, sign(schedule(unit), by=[theirs]), "wrong_area"),
        (
            "over its priority",
            plans,
            sign(schedule(unit, priority=Priority.EMERGENCY), by=[own]),
            "over_priority",
        ),
        (
            "a plan that hides its priority",
            plans,
            sign(schedule(unit, priority=Priority.EMERGENCY, said=Priority.ROUTINE), by=[own]),
            "over_priority",
        ),
    ]


def publish(broker, messages):
    async def scene():
        async with aiomqtt.Client(
            "127.0.0.1",
            broker.port,
            username="gateway",
            password=gateway_password(),
            identifier="gateway-thief",
            keepalive=10,
        ) as thief:
            for topic, text in messages:
                await thief.publish(topic, text, qos=1)

    asyncio.run(scene())


def test_nothing_forged_is_obeyed_and_all_of_it_is_shown(broker, gateway, locality, box):
    tried = attacks(box, locality.unit)
    publish(broker, [(topic, text) for _name, topic, text, _reason in tried])
    for name, topic, _text, reason in tried:
        eventually(lambda t=topic, r=reason: Refusal.objects.filter(topic=t, reason=r).exists())
        assert Refusal.objects.filter(topic=topic, reason=reason).exists(), name
        note_refusal(name, topic, reason, broker.kind)
    eventually(lambda: Refusal.objects.count() >= len(tried))

    # The box lives, obeys its own station once, and refuses the very same words a second time.
    order = play_test_tone(box, by=SYSTEM)
    eventually(lambda: OutgoingCommand.objects.filter(pk=order.pk, state="done").exists())
    publish(broker, [(topics.commands(box.serial), order.payload)])
    eventually(lambda: Refusal.objects.filter(reason="replayed").exists())
    seen = Box.objects.get(pk=box.pk)
    assert seen.last_refusal_reason == "replayed"
    note_refusal("an order once more", topics.commands(box.serial), "replayed", broker.kind)
    assert not PlayReport.objects.exists()
    assert seen.next_item == ""


def test_an_old_plan_does_not_bring_back_what_was_taken_off(broker, gateway, locality, box):
    from tiengmo.speakers.actions import publish_schedule

    start = now() + timedelta(minutes=30)
    item = SimpleNamespace(
        id="taken-off",
        title="Bản tin đã gỡ",
        areas=[locality.unit.code],
        editions=[{"language": "vi", "sha256": "a" * 64, "bytes": 10, "duration_ms": 1000}],
        priority="routine",
        start_at=start,
        start_before_at=start + timedelta(hours=1),
    )
    old = publish_schedule(locality.unit, [item])
    eventually(lambda: Box.objects.get(pk=box.pk).next_item == item.id)
    publish_schedule(locality.unit, [], withdrawn=[item.id])
    eventually(lambda: not Box.objects.get(pk=box.pk).next_item)
    publish(broker, [(old.topic, old.payload)])
    eventually(lambda: Refusal.objects.filter(reason="older_version").exists())
    # Its next word comes after the refusal, and still names nothing to play.
    said = Box.objects.get(pk=box.pk).last_seen_at
    eventually(lambda: Box.objects.get(pk=box.pk).last_seen_at > said)
    assert Box.objects.get(pk=box.pk).next_item == ""
    note_refusal("an old plan", old.topic, "older_version", broker.kind)
