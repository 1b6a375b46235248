"""What was cleared comes out of every box at the scheduled instant: proved from the recordings."""

import asyncio
import time

import pytest
from speaker_agent.enrolment import NotEnrolledNow, enrol
from speaker_agent.state import StateDir
from speaker_link.enrolment import EnrolmentCode
from speaker_link.keys import PrivateKey

from bench.start_error import at_low_rate, measure

from .conftest import OPUS, SOUND, SOUND_SECONDS

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


def test_three_boxes_play_the_cleared_sound_at_the_instant(within, tmp_path):
    async def story(locality):
        folders = [tmp_path / name for name in ("one", "two", "three")]
        processes = []
        try:
            for folder in folders:
                await enrol(locality.http.url, str(locality.code), StateDir(folder))
                processes.append(await locality.spawn_box_alone(folder, output="wav"))
            await locality.until(lambda: len(locality.statuses) == 3)
            item = locality.soon(8)
            instant = item.start.timestamp() - (time.time() - time.monotonic())
            await locality.publish_schedule(item)
            await locality.until(lambda: len(locality.reports_of(item)) == 3, seconds=90)
            assert len(locality.heard["held"]) == 3
        finally:
            for process in processes:
                process.terminate()
                await process.wait()
        return [folder / "heard" for folder in folders], instant, locality.reports_of(item)

    folders, instant, reports = within(story)
    (errors,) = measure(folders, [instant], [at_low_rate(SOUND)])
    assert max(abs(error) for error in errors) < 20
    assert max(errors) - min(errors) < 10
    for report in reports:
        assert report.outcome == "played"
        assert report.samples_played == report.samples_expected == SOUND_SECONDS * 16_000
        assert abs(report.start_error_ms) < 20
        assert -40 < report.level_dbfs < -10


def test_a_new_box_enrols_with_its_code_and_plays(within, tmp_path):
    async def story(locality):
        state = StateDir(tmp_path / "new")
        wrong = EnrolmentCode.new(locality.root.public)
        with pytest.raises(NotEnrolledNow, match="403"):
            await enrol(locality.http.url, str(wrong), state)
        config = await enrol(locality.http.url, str(locality.code), state)
        assert config.root_key == locality.root.public
        process = await locality.spawn_box_alone(state.folder)
        try:
            await locality.until(lambda: config.serial in locality.statuses, seconds=90)
            item = locality.soon()
            await locality.publish_schedule(item)
            report = await locality.report_of(item)
            assert report.outcome == "played"
        finally:
            process.terminate()
            await process.wait()
        await locality.until(lambda: locality.statuses[config.serial].state == "offline")

    within(story)


def test_a_gateway_with_another_root_than_the_codes_enrols_nobody(within, tmp_path):
    async def story(locality):
        locality.code = EnrolmentCode.new(PrivateKey.generate().public)
        state = StateDir(tmp_path / "new")
        with pytest.raises(NotEnrolledNow, match="cannot be believed"):
            await enrol(locality.http.url, str(locality.code), state)
        assert not state.is_enrolled

    within(story)


def test_a_clock_wrong_by_an_hour_is_noticed_and_does_not_matter(within):
    async def story(locality):
        from speaker_agent.timing import Sources

        wrong = Sources(wall=lambda: time.time() + 3600, monotonic=time.monotonic, boot_id="x")
        box = await locality.start_box(sources=wrong)
        item = locality.soon(5)
        await locality.publish_schedule(item)
        report = await locality.report_of(item)
        assert report.outcome == "played"
        assert abs(report.start_error_ms) < 20
        assert abs((report.started_at - item.start).total_seconds()) < 0.02
        await locality.until(lambda: locality.statuses[box.serial].clock_offset_ms is not None)
        assert locality.statuses[box.serial].clock_offset_ms == pytest.approx(-3.6e6, abs=100)

    within(story)


def test_without_the_time_a_box_is_silent_and_plays_when_it_learns_it(within):
    async def story(locality):
        locality.answers_time = False
        box = await locality.start_box()
        item = locality.soon(1)
        await locality.publish_schedule(item)
        await locality.refusal("untrusted_time")
        await asyncio.sleep(3)
        assert box.player.current is None
        assert not locality.statuses[box.serial].time_is_trusted
        locality.answers_time = True
        report = await locality.report_of(item)
        assert report.outcome == "played"
        assert report.start_error_ms > 1000

    within(story)


def test_a_broken_download_is_never_played(within):
    async def story(locality):
        locality.http.lie = OPUS[:-5] + b"xxxxx"
        await locality.start_box()
        item = locality.soon(4, window=5)
        await locality.publish_schedule(item)
        report = await locality.report_of(item)
        assert (report.outcome, report.reason) == ("missed", "no_sound")
        assert locality.heard["held"] == []

    within(story)


def test_the_edition_of_the_villages_language_is_played(within):
    async def story(locality):
        locality.assignment_changes = {"languages": ["hmn", "vi"]}
        await locality.start_box()
        item = locality.soon()
        (vi,) = item.editions
        hmong = vi.model_copy(update={"language": "hmn"})
        item = item.model_copy(update={"editions": [vi, hmong]})
        await locality.publish_schedule(item)
        assert (await locality.report_of(item)).language == "hmn"

    within(story)
