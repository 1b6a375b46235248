"""Boxes, brokers and reports that were gone for a while: nothing lost, nothing twice."""

import asyncio
from datetime import timedelta

import numpy as np
import pytest

from bench.start_error import at_low_rate, read_wav, where

from .conftest import LONG, SOUND

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


async def kill_while_playing(locality, item, *, after):
    """`kill -9` of a box in a process of its own, some seconds into the item."""
    process = await locality.spawn_box()
    try:
        await locality.until(lambda: locality.heard["held"], seconds=90)
        left = (item.start - locality.now()).total_seconds()
        await asyncio.sleep(left + after)
    finally:
        process.kill()
        await process.wait()


def test_a_box_killed_while_playing_goes_on_where_it_was_and_reports_once(within):
    async def story(locality):
        folder = locality.box_folder()
        item = locality.soon(8, sound=LONG, duration=12)
        await locality.publish_schedule(item)
        await kill_while_playing(locality, item, after=4)
        await locality.until(lambda: locality.statuses[folder.name].state == "offline", seconds=90)
        assert locality.reports_of(item) == []
        process = await locality.spawn_box()
        report = await locality.report_of(item)
        await asyncio.sleep(2)
        process.terminate()
        await process.wait()
        assert report.outcome == "played"
        assert report.samples_played == pytest.approx(12 * 16_000, abs=10)
        assert abs(report.start_error_ms) < 50
        assert len(locality.reports_of(item)) == 1
        return folder

    folder = within(story)
    heard = [read_wav(path)[0] for path in sorted((folder / "heard").glob("heard-*.wav"))]
    first, second = (int(np.count_nonzero(part)) / 16_000 for part in heard)
    assert 3 < first < 5.5
    # Both parts together are the whole; at most what the last note in the journal lagged behind
    # is heard twice.
    assert 11.9 < first + second < 14


def test_a_box_killed_while_playing_and_back_too_late_reports_the_cut(within):
    async def story(locality):
        item = locality.soon(8, sound=LONG, duration=12, window=6)
        await locality.publish_schedule(item)
        await kill_while_playing(locality, item, after=4)
        await asyncio.sleep(4)
        await locality.start_box()
        report = await locality.report_of(item)
        assert (report.outcome, report.reason) == ("cut", "restarted")
        # What the last note before the kill said: never more than was heard.
        assert 1.5 * 16_000 < report.samples_played <= 4.5 * 16_000
        assert report.started_at is not None

    within(story)


def test_a_box_that_was_away_plays_inside_the_window_from_the_beginning(within):
    async def story(locality):
        item = locality.soon(1, window=60)
        late = locality.soon(1, window=2, id="too-late")
        await locality.publish_schedule(item, late)
        await asyncio.sleep(3.5)
        folder = locality.box_folder()
        await locality.start_box(folder, output="wav")
        report = await locality.report_of(item)
        assert report.outcome == "played"
        assert report.samples_played == report.samples_expected
        assert report.start_error_ms > 2000
        missed = await locality.report_of(late)
        assert (missed.outcome, missed.reason) == ("missed", "too_late")
        return folder

    folder = within(story)
    recording, _ = read_wav(max((folder / "heard").glob("heard-*.wav")))
    _, alike = where(recording, at_low_rate(SOUND))
    assert alike > 0.8


def test_with_broker_and_network_gone_the_box_plays_what_it_holds(within):
    async def story(locality):
        box = await locality.start_box()
        item = locality.soon(7)
        await locality.publish_schedule(item)
        await locality.until(lambda: locality.heard["held"])
        await asyncio.sleep(1)
        locality.broker.stop()
        await locality.until(lambda: box.book.entries[f"082/{item.id}"].is_done)
        assert not box.is_online
        error = abs(box.book.entries[f"082/{item.id}"].progress.start_error)
        return box.reporter.unacknowledged, error

    waiting, error = within(story)
    assert waiting == 1
    assert error < 0.02


def test_reports_that_nobody_confirmed_are_told_again_by_the_next_process(within):
    async def story(locality):
        locality.acknowledges = False
        await locality.start_box()
        item = locality.soon(3)
        await locality.publish_schedule(item)
        await locality.report_of(item)
        told = set(locality.stored)
        await locality.stop_boxes()
        # The server lost what it had not stored: the box says it again, under the same names.
        locality.stored.clear()
        locality.heard.clear()
        locality.acknowledges = True
        box = await locality.start_box()
        await locality.report_of(item)
        await locality.until(lambda: locality.stored == told)
        await locality.until(lambda: box.reporter.unacknowledged == 0)
        await locality.stop_boxes()
        locality.heard.clear()
        await locality.start_box()
        await asyncio.sleep(2)
        assert locality.heard["play_report"] == []

    within(story)


def test_what_was_published_while_the_box_was_away_reaches_it(within):
    async def story(locality):
        box = await locality.start_box()
        await locality.until(lambda: box.clock.is_trusted)
        await locality.stop_boxes()
        item = locality.soon(6)
        await locality.publish_schedule(item)
        await locality.start_box()
        assert (await locality.report_of(item)).outcome == "played"

    within(story)


def test_after_a_restart_without_a_server_the_box_still_keeps_its_word(within):
    """The same boot: the counter went on, so the box knows the time without asking."""

    async def story(locality):
        await locality.start_box()
        item = locality.soon(9)
        await locality.publish_schedule(item)
        await locality.until(lambda: locality.heard["held"])
        await locality.stop_boxes()
        locality.answers_time = False
        box = await locality.start_box()
        assert box.clock.is_trusted
        report = await locality.report_of(item)
        assert report.outcome == "played"
        assert abs(report.start_error_ms) < 20

    within(story)


def test_a_full_disk_does_not_silence_what_is_held(within):
    async def story(locality):
        box = await locality.start_box()
        item = locality.soon(5)
        await locality.publish_schedule(item)
        await locality.until(lambda: locality.heard["held"])
        journal = locality.host.journal
        pages = journal.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
        journal.read(lambda c: c.execute(f"PRAGMA max_page_count={pages}"))
        big = "x" * 3_000_000
        assert not await asyncio.wrap_future(box.journal.keep("big", big))
        report = await locality.report_of(item)
        assert report.outcome == "played"
        box.tell_status()
        await locality.until(lambda: "disk full" in locality.statuses[box.serial].output)

    within(story)


def test_quiet_hours_are_kept_by_the_box_itself(within):
    async def story(locality):
        from speaker_link.kinds import Priority
        from speaker_link.messages import QuietHours

        now = locality.now() + timedelta(hours=7)
        hours = QuietHours(
            starts=(now - timedelta(hours=1)).strftime("%H:%M"),
            ends=(now + timedelta(hours=1)).strftime("%H:%M"),
            utc_offset="+07:00",
        )
        locality.assignment_changes = {"quiet_hours": [hours]}
        await locality.start_box()
        routine = locality.soon(3, window=4)
        emergency = locality.soon(3, priority=Priority.EMERGENCY, id="emergency")
        await locality.publish_schedule(routine, emergency)
        assert (await locality.report_of(emergency)).outcome == "played"
        report = await locality.report_of(routine)
        assert (report.outcome, report.reason) == ("missed", "quiet_hours")

    within(story)
