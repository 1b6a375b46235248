"""Two gateways divide the communes; one is killed, and the other goes on for both."""

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from integration.speakers.conftest import GatewayProcess
from integration.speakers.light_box import LightBox, played
from speaker_link.kinds import Kind
from tiengmo.audit.actors import SYSTEM
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.speakers.actions import issue_station_key, make_enrolment_code, publish_schedule
from tiengmo.speakers.gateway.leases import LEASE, RENEW_SECONDS
from tiengmo.speakers.gateway.shares import share_of_unit
from tiengmo.speakers.models import Box, GatewayShare, PlayReport

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SHARES = 2
# Lease, one round of who takes over, the connection; the rest is for a machine with other work.
TAKEN_OVER_WITHIN = LEASE.total_seconds() + RENEW_SECONDS + 6


async def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not happen in {seconds} s"
        await asyncio.sleep(0.05)


def item(unit):
    start = timezone.now() + timedelta(seconds=60)
    return SimpleNamespace(
        id=uuid4(),
        title="Bản tin thử",
        areas=[unit.code],
        editions=[{"language": "vi", "sha256": "a" * 64, "bytes": 1000, "duration_ms": 1000}],
        priority="routine",
        start_at=start,
        start_before_at=start + timedelta(minutes=10),
    )


@pytest.fixture
def villages(locality):
    """One village in each of the two shares, both with a station that may sign."""
    found = {share_of_unit(locality.unit.code, SHARES): locality}
    while len(found) < SHARES:
        unit = UnitFactory(level="commune", parent=locality.unit.parent)
        number = share_of_unit(unit.code, SHARES)
        if number not in found:
            found[number] = VillageFactory(unit=unit)
            issue_station_key(unit, by=SYSTEM)
    return [found[number] for number in range(SHARES)]


@pytest.fixture
def gateways(home, broker, settings, monkeypatch):
    monkeypatch.setenv("TIENGMO_GATEWAY_SHARES", str(SHARES))
    made = [GatewayProcess(home, broker.port) for _ in range(2)]
    settings.GATEWAY_URL = made[1].url
    yield made
    for one in made:
        one.stop()


def owners():
    return {row.number: row.owner for row in GatewayShare.objects.filter(of=SHARES)}


def test_one_of_two_gateways_is_killed(broker, gateways, villages):
    broker.start()
    first, second = gateways
    first.start()
    assert len(set(owners().values())) == 1
    second.start()
    boxes = []
    for village in villages:
        box = LightBox(make_enrolment_code(village, by=SYSTEM))
        box.enrol(second.url)
        boxes.append(box)

    async def scene():
        # Whoever came first gives half of it away.
        await until(lambda: len(set(owners().values()) - {""}) == 2, 90)
        async with boxes[0].online(), boxes[1].online():
            for box in boxes:
                await until(lambda box=box: Box.objects.get(pk=box.serial).is_online, 90)
            before = owners()
            first.kill()
            killed_at = time.monotonic()
            orphan = next(n for n, owner in before.items() if owner.endswith(f":{first.port}"))
            said = {}
            for number, box in enumerate(boxes):
                said[box] = {
                    await box.tell(
                        played(f"item-{n}", villages[number].unit.code), id=f"{number}-{n}"
                    )
                    for n in range(20)
                }
                publish_schedule(villages[number].unit, [item(villages[number].unit)])
            other = boxes[1 - orphan]
            await other.until(lambda: other.acked >= said[other], 90)
            lost = boxes[orphan]
            await lost.until(lambda: lost.acked >= said[lost], TAKEN_OVER_WITHIN + 60)
            await lost.until(lambda: any(m.typ is Kind.SCHEDULE for m in lost.obeyed), 90)
            assert time.monotonic() - killed_at < TAKEN_OVER_WITHIN + 60
            assert set(owners().values()) == {before[1 - orphan]}
            assert PlayReport.objects.count() == 40
            # One gateway says each state. Whoever takes a share over says again what stands, in the
            # version that it has: no box hears a second one, none refuses anything.
            await asyncio.sleep(1)
            heard = [
                [m.body.version for m in box.obeyed if m.typ is Kind.SCHEDULE] for box in boxes
            ]
            assert len(heard[1 - orphan]) == 1
            assert len(set(heard[orphan])) == 1
            assert [box.refused for box in boxes] == [[], []]

    asyncio.run(scene())


def test_a_gateway_that_stops_gives_its_share_back_at_once(broker, gateways, villages):
    broker.start()
    first, second = gateways
    first.start()
    second.start()

    async def scene():
        await until(lambda: len(set(owners().values()) - {""}) == 2, 90)
        name = next(owner for owner in owners().values() if owner.endswith(f":{first.port}"))
        await asyncio.to_thread(second.stop)
        await until(lambda: set(owners().values()) == {name}, LEASE.total_seconds() + 3)

    asyncio.run(scene())
