from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from speaker_link import topics
from speaker_link.boxes import compose_from_box, sign_as_box, sign_will
from speaker_link.keys import PrivateKey
from speaker_link.messages import (
    CommandResult,
    Held,
    PlayReport,
    RefusalReport,
    StationVersion,
    Status,
)

from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers import events, models
from tiengmo.speakers.actions import play_test_tone
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.actions.mark_silent_boxes import expire_commands, mark_silent_boxes
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(village):
    return BoxFactory(village=village)


def said(box, body, *, session=1, sequence=1, key=None, id=None, topic=None):  # noqa: A002
    message = compose_from_box(
        body, now=datetime.now(UTC), box=box.serial, session=session, sequence=sequence, id=id
    )
    name = topic or (
        topics.status(box.serial) if isinstance(body, Status) else topics.reports(box.serial)
    )
    text = sign_as_box(message, key or box.private_key)
    return Arrival(name, text.encode(), timezone.now())


def online(**fields):
    return Status(**{"state": "online", "agent_version": "1"} | fields)


def played(**fields):
    now = datetime.now(UTC)
    return PlayReport(
        **{
            "item_id": "item-1",
            "station": "90000",
            "outcome": "played",
            "language": "vi",
            "sha256": "a" * 64,
            "scheduled_start": now,
            "started_at": now,
            "start_error_ms": 0.5,
            "sample_rate": 48000,
            "samples_expected": 100,
            "samples_played": 100,
        }
        | fields
    )


@contextmanager
def heard(signal):
    found = []

    def listen(**arguments):
        found.append(arguments)

    signal.connect(listen)
    try:
        yield found
    finally:
        signal.disconnect(listen)


def reloaded(box):
    return models.Box.objects.get(pk=box.pk)


def test_a_status_puts_the_box_on_line(box):
    with heard(events.presence_changed) as changes:
        ingest([said(box, online(volume=60, clock_offset_ms=3.5, held_items=["a", "b"]))])
    now = reloaded(box)
    assert (now.is_online, now.reported_volume, now.clock_offset_ms, now.held_count) == (
        True,
        60,
        3.5,
        2,
    )
    assert [change["is_online"] for change in changes] == [True]


def test_only_the_newest_status_of_a_batch_counts(box):
    ingest(
        [
            said(box, online(volume=10), sequence=2),
            said(box, online(volume=20), sequence=3),
            said(box, online(volume=30), sequence=1),
        ]
    )
    assert reloaded(box).reported_volume == 20


def test_a_late_will_of_an_old_session_changes_nothing(box):
    ingest([said(box, online(), session=2)])
    will = sign_will(
        agent_version="1", now=datetime.now(UTC), box=box.serial, session=1, key=box.private_key
    )
    ingest([Arrival(topics.status(box.serial), will.encode(), timezone.now())])
    assert reloaded(box).is_online


def test_the_will_of_this_session_says_since_when(box):
    ingest([said(box, online(), session=2)])
    last = reloaded(box).last_seen_at
    will = sign_will(
        agent_version="1", now=datetime.now(UTC), box=box.serial, session=2, key=box.private_key
    )
    ingest([Arrival(topics.status(box.serial), will.encode(), timezone.now())])
    now = reloaded(box)
    assert (now.is_online, now.silent_since) == (False, last)


def test_a_report_is_stored_once_however_often_it_comes(box):
    arrival = said(box, played(), id="report-1")
    with heard(events.play_reported) as announced:
        for _again in range(3):
            assert ingest([arrival, arrival]).stored == {box.serial: ["report-1", "report-1"]}
    report = models.PlayReport.objects.get()
    assert (report.samples_played, report.envelope) == (100, arrival.payload.decode())
    assert len(announced) == 1


def test_a_receiver_that_fails_undoes_only_its_own_report(box):
    def fail(report, **_arguments):
        if report.pk == "bad":
            raise RuntimeError("receiver's fault")

    events.play_reported.connect(fail)
    try:
        result = ingest([said(box, played(), id="good"), said(box, played(), id="bad", sequence=2)])
    finally:
        events.play_reported.disconnect(fail)
    assert result.stored == {box.serial: ["good"]}
    assert len(result.failed) == 1
    assert list(models.PlayReport.objects.values_list("pk", flat=True)) == ["good"]
    assert ingest(result.failed).stored == {box.serial: ["bad"]}


def test_nobody_speaks_for_another_box(box):
    other = BoxFactory(village=box.village)
    forged = [
        said(box, played(), key=PrivateKey.generate(), id="forged"),
        said(box, played(), key=other.private_key, id="others-key"),
        said(box, played(), topic=topics.reports(other.serial), id="others-topic"),
        Arrival(topics.reports(box.serial), b"{}", timezone.now()),
        Arrival(topics.reports(box.serial), b"\xff" * 10, timezone.now()),
        Arrival("tm/1/boxes/nobody/reports", b"x", timezone.now()),
        Arrival("elsewhere", b"x", timezone.now()),
        Arrival(topics.status(box.serial), b"", timezone.now()),
    ]
    result = ingest(forged)
    assert not result.stored
    assert not result.failed
    assert not models.PlayReport.objects.exists()


def test_held_and_refused(box):
    with heard(events.sound_held) as holding, heard(events.box_refused) as refusing:
        for _again in range(2):
            ingest(
                [
                    said(box, Held(item_id="item-1", sha256="b" * 64), id="h"),
                    said(
                        box,
                        RefusalReport(topic="t", reason="replayed", refused_at=datetime.now(UTC)),
                        id="r",
                    ),
                ]
            )
    assert len(holding) == len(refusing) == 1
    assert models.HeldSound.objects.get().item_id == "item-1"
    assert reloaded(box).last_refusal_reason == "replayed"


def test_a_command_is_answered(box):
    order = play_test_tone(box, by=SYSTEM)
    result = CommandResult(
        command_id=order.pk, outcome="failed", detail="đang phát", finished_at=datetime.now(UTC)
    )
    ingest([said(box, result)])
    order.refresh_from_db()
    assert (order.state, order.answer) == ("refused", "đang phát")


def test_an_order_nobody_answered_is_closed(box):
    order = play_test_tone(box, by=SYSTEM)
    models.OutgoingCommand.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_commands() == 1
    order.refresh_from_db()
    assert order.state == "expired"


def test_a_box_unheard_for_too_long_is_silent(box):
    old = timezone.now() - timedelta(minutes=5)
    models.Box.objects.update(is_online=True, last_seen_at=old)
    assert mark_silent_boxes() == 1
    now = reloaded(box)
    assert (now.is_online, now.silent_since) == (False, old)
    assert mark_silent_boxes() == 0


def test_a_status_tells_once_which_schedules_a_box_goes_by(box):
    first = [StationVersion(station="90000", version=7)]
    later = [*first, StationVersion(station="90001", version=3)]
    with heard(events.schedules_taken) as changes:
        ingest([said(box, online(schedules=first))])
        ingest([said(box, online(schedules=first), sequence=2)])
        ingest([said(box, online(schedules=later), sequence=4)])
        # Older words, which come late.
        ingest([said(box, online(schedules=first), sequence=3)])
    assert [change["versions"] for change in changes] == [
        {"90000": 7},
        {"90000": 7, "90001": 3},
    ]
    assert reloaded(box).schedules == {"90000": 7, "90001": 3}
