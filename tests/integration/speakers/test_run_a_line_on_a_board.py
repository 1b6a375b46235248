"""A bulletin's line from the server through a real broker to a box with a board, and its proof back."""

import asyncio

import pytest
from django.utils import timezone
from integration.speakers.light_box import LightBox
from integration.speakers.test_gateway import eventually, in_database
from speaker_link import topics
from speaker_link.boards import TextReport
from speaker_link.kinds import Kind
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.tests.going_out import put_out, withdrawn
from tiengmo.releases.models import Receipt
from tiengmo.speakers.actions import make_enrolment_code
from tiengmo.speakers.models import Box

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def lines_in(box):
    """What each text that the box believed held, oldest first."""
    return [[line.id for line in one.body.lines] for one in box.obeyed if one.typ is Kind.TEXT]


def test_a_line_there_and_its_proof_back(broker, gateway, locality):
    broker.start()
    gateway.start()
    box = LightBox(make_enrolment_code(locality, by=SYSTEM, name="Cụm loa chợ"))
    box.enrol(gateway.url)
    station = locality.unit

    async def scene():
        async with box.online(board="file"):
            await eventually(Box, seconds=60, serial=box.serial, is_online=True, board="file")
            # The broker lets a box read this topic, and the box believes what stands there.
            await box.client.subscribe(topics.text(station.code), 1)
            release = await in_database(put_out, station, "led")
            await box.until(lambda: [str(release.pk)] in lines_in(box), 60)
            told = TextReport(
                line_id=str(release.pk),
                station=station.code,
                state="shown",
                language="vi",
                text="Tiem phong",
                started_at=timezone.now(),
                times=1,
                shown_ms=8000,
            )
            report = await box.tell(told)
            await box.until(lambda: report in box.acked, 60)
            receipt = await eventually(Receipt, key=f"text:{report}")
            assert receipt.households_lo == 0
            await in_database(withdrawn, release)
            await box.until(lambda: lines_in(box)[-1] == [], 60)
            assert box.refused == []

    asyncio.run(scene())
