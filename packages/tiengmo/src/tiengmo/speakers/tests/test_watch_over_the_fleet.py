"""Absences as boxes' own words open and close them, and the hours and days counted from them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from speaker_link import topics
from speaker_link.boxes import sign_will
from speaker_link.messages import RefusalReport

from tiengmo.speakers import models
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.actions.mark_silent_boxes import mark_silent_boxes
from tiengmo.speakers.rules import LOOK_FOR_SILENT_SECONDS, SILENT_AFTER, STATUS_SECONDS
from tiengmo.speakers.technician.outages import note_listening
from tiengmo.speakers.technician.tally import tally
from tiengmo.speakers.tests.factories import BoxFactory
from tiengmo.speakers.tests.test_take_in_reports import online, played, said

pytestmark = pytest.mark.django_db
START = "2026-11-22T03:00:00+00:00"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def box(clock, village):
    return BoxFactory(village=village)


class Life:
    """What one box says over time: its boot, its program, its sessions."""

    def __init__(self, box, clock):
        self.box, self.clock = box, clock
        self.boot, self.session, self.sequence = "boot-1", 1, 0
        self.began = timezone.now()
        self.bytes = 0

    def speaks(self, **fields):
        self.sequence += 1
        self.bytes += 1000
        running = int((timezone.now() - self.began).total_seconds())
        status = online(
            boot_id=self.boot,
            running_seconds=running,
            bytes_in=self.bytes,
            bytes_out=self.bytes // 2,
            **fields,
        )
        ingest([said(self.box, status, session=self.session, sequence=self.sequence)])

    def is_lost(self):
        """The broker sends its will."""
        will = sign_will(
            agent_version="1",
            now=timezone.now(),
            box=self.box.serial,
            session=self.session,
            key=self.box.private_key,
        )
        ingest([Arrival(topics.status(self.box.serial), will.encode(), timezone.now())])

    def says_goodbye(self):
        self.sequence += 1
        status = online(state="offline")
        ingest([said(self.box, status, session=self.session, sequence=self.sequence)])

    def returns(self, *, after, boot=None, program=False):
        self.clock.shift(after)
        self.session, self.sequence = self.session + 1, 0
        if boot or program:
            self.boot, self.began, self.bytes = boot or self.boot, timezone.now(), 0
        self.speaks()


@pytest.fixture
def life(box, clock):
    life = Life(box, clock)
    life.speaks()
    return life


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ({}, "link"),
        ({"boot": "boot-2"}, "power"),
        ({"program": True}, "program"),
    ],
)
def test_an_absence_with_its_likely_cause(life, clock, how, cause):
    clock.shift(60)
    life.speaks()
    heard = timezone.now()
    clock.shift(20)
    life.is_lost()
    life.returns(after=300, **how)
    outage = models.Outage.objects.get()
    assert (outage.began_at, outage.cause) == (heard, cause)
    assert outage.ended_at == timezone.now()


def test_a_box_that_was_switched_off_says_so(life, clock):
    life.says_goodbye()
    life.is_lost()  # a will after a farewell opens no second absence
    life.returns(after=600, boot="boot-2")
    assert models.Outage.objects.get().cause == "orderly"


def test_a_restart_that_nobody_noticed_is_noted(life, clock):
    clock.shift(60)
    life.speaks()
    life.returns(after=10, program=True)
    assert models.Outage.objects.get().cause == "program"
    life.returns(after=10)  # only a new connection: no absence
    assert models.Outage.objects.count() == 1


def test_gone_without_a_will_is_seen_within_thirty_seconds(life, clock):
    assert SILENT_AFTER + timedelta(seconds=LOOK_FOR_SILENT_SECONDS) <= timedelta(seconds=30)
    assert timedelta(seconds=STATUS_SECONDS) < SILENT_AFTER
    for _look in range(13):
        clock.shift(LOOK_FOR_SILENT_SECONDS)
        assert mark_silent_boxes() == 0
    clock.shift(LOOK_FOR_SILENT_SECONDS)
    assert mark_silent_boxes() == 1
    assert models.Outage.objects.get().ended_at is None
    assert mark_silent_boxes() == 0


def listen(clock, seconds):
    for _second in range(0, seconds, 5):
        note_listening(timezone.now())
        clock.shift(5)
    note_listening(timezone.now())


def test_hours_count_what_was_heard(life, clock):
    listen(clock, 600)
    life.speaks()
    life.is_lost()
    listen(clock, 300)
    life.returns(after=0)
    listen(clock, 900)
    ingest(
        [
            said(life.box, played(), id="p1"),
            said(
                life.box,
                played(outcome="cut", reason="pre_empted", samples_played=5),
                id="p2",
                sequence=9,
            ),
        ]
    )
    ingest(
        [
            said(
                life.box,
                RefusalReport(topic="t", reason="replayed", refused_at=timezone.now()),
                id="r1",
            )
        ]
    )
    clock.shift(1)
    tally()
    hour = models.HourTally.objects.get(hour_at=timezone.datetime.fromisoformat(START))
    assert (hour.known_seconds, hour.online_seconds) == (1800, 1500)
    assert (hour.outages, hour.played, hour.cut, hour.refusals) == (1, 1, 1, 1)
    assert (hour.bytes_in, hour.bytes_out) == (3000, 1500)
    day = models.DayTally.objects.get()
    assert (day.on.isoformat(), day.online_seconds) == ("2026-11-22", 1500)


def test_what_nobody_listened_to_is_not_held_against_a_box(life, clock):
    listen(clock, 300)
    clock.shift(1200)  # the gateway was away
    listen(clock, 300)
    tally()
    hour = models.HourTally.objects.get(hour_at=timezone.datetime.fromisoformat(START))
    assert (hour.known_seconds, hour.online_seconds) == (600, 600)
    assert models.Listening.objects.count() == 2


def test_a_box_that_never_came_has_no_uptime(box, clock):
    listen(clock, 60)
    tally()
    assert (
        models.HourTally.objects.get(hour_at=timezone.datetime.fromisoformat(START)).online_seconds
        == 0
    )


def test_bytes_of_an_hour_go_on_over_restarts_and_hours(life, clock):
    listen(clock, 60)
    tally()
    life.returns(after=3600 - 60, boot="boot-2")  # 1000 of the new program
    clock.shift(60)
    life.speaks()
    tally()
    tally()
    used = list(models.HourTally.objects.order_by("hour_at").values_list("bytes_in", flat=True))
    assert used == [1000, 2000]
    assert models.DayTally.objects.get().bytes_in == 3000


def test_hours_that_nobody_counted_are_made_up_for(life, clock):
    tally()
    for _hour in range(5):
        listen(clock, 3600)
        life.speaks()
    tally()
    known = models.HourTally.objects.order_by("hour_at").values_list("known_seconds", flat=True)
    assert list(known) == [3600, 3600, 3600, 3600, 3600, 0]


def test_old_rows_are_forgotten_and_the_days_stay(life, clock):
    listen(clock, 60)
    tally()
    clock.shift(timedelta(days=15))
    tally()
    assert models.HourTally.objects.earliest("hour_at").hour_at >= timezone.now() - timedelta(
        days=14
    )
    assert models.DayTally.objects.filter(on="2026-11-22").exists()
    clock.shift(timedelta(days=400))
    tally()
    assert not models.DayTally.objects.filter(on="2026-11-22").exists()


def test_counting_a_commune_takes_a_fixed_number_of_questions(life, clock, village):
    from django.test.utils import CaptureQueriesContext

    listen(clock, 60)
    tally()
    with CaptureQueriesContext(connection) as few:
        tally()
    BoxFactory.create_batch(20, village=village)
    tally()
    with CaptureQueriesContext(connection) as many:
        tally()
    assert len(many) <= len(few) + 1
