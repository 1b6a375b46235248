"""Through a real broker: a box tests itself, sends its log, follows the hours, says how it lives."""

import asyncio
import logging
from datetime import timedelta

import pytest
from speaker_link import topics
from speaker_link.messages import Command, VolumeHours

from .conftest import SOUND_SECONDS

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


async def give(locality, box, **fields):
    name = await locality.say(Command(**fields), topics.commands(box.serial), to=box.serial)

    def answers():
        return [b for _, b in locality.heard["command_result"] if b.command_id == name]

    await locality.until(answers, seconds=90)
    return name, answers()[0]


def test_a_box_tests_itself_silently_and_aloud(within):
    async def story(locality):
        box = await locality.start_box()
        await locality.until(lambda: box.clock.is_trusted)
        _, silent = await give(locality, box, action="self_test", is_silent=True)
        assert box.output.level_dbfs is None  # nothing but silence went out
        _, aloud = await give(locality, box, action="self_test", is_silent=False)
        assert (silent.outcome, aloud.outcome) == ("done", "done"), (silent, aloud)
        assert box.output.level_dbfs is not None
        box.set_volume(0)
        _, muted = await give(locality, box, action="self_test", is_silent=True)
        assert (muted.outcome, muted.findings) == ("done", ["muted"])

    within(story)


def test_a_test_cuts_off_nothing(within):
    async def story(locality):
        box = await locality.start_box()
        item = locality.soon(3)
        await locality.publish_schedule(item)
        await locality.until(lambda: box.player.current is not None, seconds=90)
        _, answer = await give(locality, box, action="self_test", is_silent=False)
        assert "busy" in answer.findings
        report = await locality.report_of(item)
        assert report.outcome == "played"
        assert report.samples_played == pytest.approx(SOUND_SECONDS * report.sample_rate, rel=0.02)

    within(story)


def test_a_box_sends_the_last_lines_of_its_log(within, tmp_path):
    from speaker_agent.maintenance.log_file import keeping_log

    async def story(locality):
        box = await locality.start_box()
        with keeping_log(tmp_path / "log") as path:
            box.host.log_file = path
            logging.getLogger("speaker_agent").warning("a line from the mast")
            name, answer = await give(locality, box, action="send_log", lines=1)
            assert answer.outcome == "done"
        parts = [body for _, body in locality.heard["log"] if body.command_id == name]
        assert [line for part in parts for line in part.lines][-1].endswith("a line from the mast")
        box.host.log_file = None
        _, answer = await give(locality, box, action="send_log", lines=1)
        assert answer.outcome == "failed"

    within(story)


def test_the_volume_follows_the_hours(within):
    async def story(locality):
        box = await locality.start_box()
        await locality.until(lambda: box.clock.is_trusted)
        before = box.volume
        now = locality.now()
        hours = VolumeHours(
            starts=f"{now - timedelta(minutes=5):%H:%M}",
            ends=f"{now + timedelta(minutes=30):%H:%M}",
            utc_offset="+00:00",
            volume=11,
        )
        changed = box.assignment.model_copy(
            update={"version": box.assignment.version + 1, "volume_hours": [hours]}
        )
        await locality.say(changed, topics.assignment(box.serial), to=box.serial, retain=True)
        await locality.until(lambda: box.volume == 11, seconds=90)
        await give(locality, box, action="set_volume", volume=22)
        await asyncio.sleep(6)
        assert box.volume == 22  # an operator's own setting stays within this hour
        assert before != 11

    within(story)


def test_a_status_says_in_which_life_the_box_is_and_what_it_used(within):
    async def story(locality):
        box = await locality.start_box(status_seconds=0.5)
        await locality.until(
            lambda: (getattr(locality.statuses.get(box.serial), "bytes_in", None) or 0) > 0,
            seconds=90,
        )
        status = locality.statuses[box.serial]
        assert status.boot_id == box.clock.sources.boot_id
        assert status.running_seconds is not None
        assert status.bytes_out > 0
        assert status.missing_sounds == 0

    within(story)
