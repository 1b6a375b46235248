"""Live sound over a real broker: every segment at its instant, everything else resumes."""

import asyncio
import time
from datetime import timedelta

import numpy as np
import pytest
from speaker_agent.enrolment import enrol
from speaker_agent.state import StateDir
from speaker_link import topics
from speaker_link.messages import Alert, Command, Edition

from bench.agent_peer import STATION, speechlike
from bench.start_error import RATE, at_low_rate, read_wav, where
from bench.studio_peer import StudioPeer

from .conftest import LONG, OPUS, SOUND, SOUND_SECONDS

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

# What the Opus encoder looks ahead: the sound comes this much after the segment's first sample.
LOOKAHEAD = 312 / 48_000


def recording_of(folder):
    return read_wav(max((folder / "heard").glob("heard-*.wav")))


def error_of(recording, sound, instant):
    """By how many ms a piece of sound is off in a recording; None when it is not there."""
    samples, origin = recording
    first = max(0, int((instant - origin - 0.2) * RATE))
    window = samples[first : first + len(sound) + int(0.4 * RATE)]
    place, alike = where(window, sound)
    if alike < 0.8:
        return None
    return (origin + (first + place) / RATE - instant - LOOKAHEAD) * 1000


def seconds_of(sound):
    low = at_low_rate(sound)
    return [low[at : at + RATE] for at in range(0, len(low) - RATE + 1, RATE)]


def loudness(recording, instant, seconds):
    samples, origin = recording
    first = int((instant - origin) * RATE)
    part = samples[first : first + int(seconds * RATE)]
    return float(np.sqrt(np.mean(part**2))) if len(part) else 0.0


def monotonic(instant):
    return instant - (time.time() - time.monotonic())


class Village:
    """Three boxes, each in a process of its own."""

    def __init__(self, locality, folder):
        self.locality = locality
        self.folders = [folder / name for name in ("one", "two", "three")]
        self.processes = []

    async def __aenter__(self):
        for folder in self.folders:
            await enrol(self.locality.http.url, str(self.locality.code), StateDir(folder))
            self.processes.append(await self.locality.spawn_box_alone(folder, output="wav"))
        await self.locality.until(lambda: len(self.locality.statuses) == 3)
        await self.locality.until(
            lambda: all(s.time_is_trusted for s in self.locality.statuses.values())
        )
        return self

    async def __aexit__(self, *_):
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def of_item(locality, item_id):
    return [body for _, body in locality.heard["play_report"] if body.item_id == item_id]


def test_a_village_hears_every_segment_at_its_instant_and_then_its_schedule(within, tmp_path):
    sound = speechlike(12, seed=21)

    async def story(locality):
        async with Village(locality, tmp_path) as village:
            studio = StudioPeer(locality)
            item = locality.soon(2, sound=LONG, duration=12, window=60)
            await locality.publish_schedule(item)
            await locality.until(lambda: len(locality.heard["held"]) == 3)
            await asyncio.sleep(3)
            await studio.take_over()
            await studio.speak(sound, drift_ppm=150, skip=lambda number: number in (6, 7))
            await asyncio.sleep(studio.delay + 0.2)
            await studio.give_back()
            await locality.until(lambda: len(of_item(locality, studio.item_id)) == 3)
            await locality.until(lambda: len(of_item(locality, item.id)) == 3, seconds=90)
            return (
                village.folders,
                monotonic(studio.began),
                (
                    of_item(locality, studio.item_id),
                    of_item(locality, item.id),
                ),
            )

    folders, began, (streamed, played) = within(story, seconds=300)
    recordings = [recording_of(folder) for folder in folders]
    drift = 150e-6
    errors = []
    for number, part in enumerate(seconds_of(sound)):
        row = [error_of(r, part, began + number * (1 + drift)) for r in recordings]
        if number in (6, 7):
            assert row == [None] * 3
        else:
            errors.append(row)
    assert None not in [error for row in errors for error in row]
    table = np.array(errors)
    print(
        "errors ms", np.percentile(np.abs(table), [50, 99]), "spread", np.ptp(table, axis=1).max()
    )
    assert np.abs(table).max() < 10
    assert np.ptp(table, axis=1).max() < 10
    for recording in recordings:
        assert loudness(recording, began + 6.05, 1.8) < 1
    for report in streamed:
        assert report.gaps == 1
        assert report.outcome == "cut"
        assert report.reason == "gaps"
        assert report.samples_expected == pytest.approx(12 * RATE, rel=0.01)
        assert report.samples_played == pytest.approx(10 * RATE, rel=0.01)
    for report in played:
        assert report.outcome == "played"
        assert report.samples_played == 12 * RATE


def alert_of(locality, **changes):
    sha256 = locality.http.put(OPUS)
    values = {
        "version": 1,
        "alert": "flood",
        "station": STATION,
        "status": "Actual",
        "msg_type": "Alert",
        "title": "Lũ quét",
        "start": locality.now() + timedelta(milliseconds=1500),
        "until": locality.now() + timedelta(minutes=5),
        "editions": [
            Edition(
                language="vi",
                sha256=sha256,
                bytes=len(OPUS),
                duration_ms=int(SOUND_SECONDS * 1000),
            )
        ],
        "repeat_ms": 4000,
    }
    return Alert(**(values | changes))


async def raise_alert(locality, body, **how):
    await locality.say(
        body,
        topics.alert(STATION, body.alert),
        retain=True,
        areas=[STATION],
        **{"by": [locality.station, locality.second], "test": body.status == "Test"} | how,
    )


def test_an_alert_cuts_off_live_sound_that_cut_off_an_item_and_all_go_on(within, tmp_path):
    """Item, live, alert twice, all-clear, live, item: three boxes, each at its instant."""
    sound = speechlike(16, seed=33)

    async def story(locality):
        async with Village(locality, tmp_path) as village:
            item = locality.soon(2, sound=LONG, duration=12, window=60)
            await locality.publish_schedule(item)
            await locality.until(lambda: len(locality.heard["held"]) == 3)
            await asyncio.sleep(2.5)
            studio = StudioPeer(locality, delay=3.0)
            await studio.take_over()
            talk = asyncio.create_task(studio.speak(sound))
            await asyncio.sleep(6)
            body = alert_of(locality)
            await raise_alert(locality, body)
            await asyncio.sleep(7.8)
            clear = alert_of(
                locality, version=2, msg_type="Cancel", repeat_ms=0, editions=body.editions
            )
            await raise_alert(locality, clear)
            await talk
            await asyncio.sleep(studio.delay + 0.3)
            await studio.give_back()
            await locality.until(lambda: len(of_item(locality, item.id)) == 3, seconds=90)
            clears = "flood.2.0"
            await locality.until(lambda: len(of_item(locality, clears)) == 3)
            return (
                [recording_of(folder) for folder in village.folders],
                monotonic(studio.began),
                [monotonic(one.start.timestamp()) for one in (body, clear)],
                {
                    name: of_item(locality, name)
                    for name in (item.id, studio.item_id, "flood.1.0", "flood.1.1", clears)
                },
                item,
                studio.item_id,
            )

    recordings, began, (first, clear), reports, item, streamed = within(story, seconds=300)
    words = at_low_rate(SOUND)
    for instant in (first, first + 4, clear):
        errors = [error_of(recording, words, instant - LOOKAHEAD) for recording in recordings]
        assert None not in errors
        assert np.ptp(errors) < 10
        assert max(map(abs, errors)) < 20
    silenced = [(one - 0.1, one + SOUND_SECONDS + 0.6) for one in (first, first + 4, clear)]
    for number, part in enumerate(seconds_of(sound)):
        at = began + number
        if any(at < end and at + 1 > start for start, end in silenced):
            continue
        errors = [error_of(recording, part, at) for recording in recordings]
        assert None not in errors, number
        assert max(map(abs, errors)) < 10
        assert np.ptp(errors) < 10
    for name in ("flood.1.0", "flood.1.1", "flood.2.0"):
        assert [report.outcome for report in reports[name]] == ["played"] * 3
        assert all(abs(report.start_error_ms) < 50 for report in reports[name])
    for report in reports[streamed]:
        assert (report.outcome, report.reason, report.gaps) == ("cut", "pre_empted", 0)
        assert report.samples_expected == pytest.approx(16 * RATE, rel=0.02)
        assert report.samples_played == pytest.approx(8 * RATE, rel=0.15)
    for report in reports[item.id]:
        assert (report.outcome, report.samples_played) == ("played", 12 * RATE)


def test_a_silent_stream_gives_the_box_back_and_takes_it_again(within, tmp_path):
    sound = speechlike(9, seed=40)

    async def story(locality):
        box = await locality.start_box(output="wav")
        studio = StudioPeer(locality)
        item = locality.soon(8)
        await locality.publish_schedule(item)
        await studio.take_over()
        await studio.speak(sound[: 3 * 48_000], ends=False)
        # The microphone is dead from second 3 on; the item is due meanwhile.
        ended = studio.began + 3
        await locality.report_of(item)
        report = locality.reports_of(item)[0]
        assert report.started_at.timestamp() - ended < 6.8
        assert report.outcome == "played"
        # It comes back after the hold, with the same stream.
        studio.began = round(locality.now().timestamp() + studio.delay, 3)
        again = studio.began
        await studio.speak(sound[5 * 48_000 :])
        await asyncio.sleep(studio.delay + 0.3)
        await studio.give_back()
        await locality.until(lambda: of_item(locality, studio.item_id))
        await locality.stop_boxes()
        return recording_of(box.state.folder), monotonic(again), of_item(locality, studio.item_id)

    recording, again, (report,) = within(story, seconds=300)
    for number, part in enumerate(seconds_of(sound)[5:9]):
        assert abs(error_of(recording, part, again + number)) < 10
    assert (report.outcome, report.reason, report.gaps) == ("cut", "gaps", 1)
    assert report.samples_played == pytest.approx(7 * RATE, rel=0.02)


def test_a_box_that_restarts_during_a_takeover_joins_again(within):
    sound = speechlike(16, seed=41)

    async def story(locality):
        folder = locality.box_folder()
        process = await locality.spawn_box(folder)
        await locality.until(lambda: any(s.time_is_trusted for s in locality.statuses.values()))
        studio = StudioPeer(locality)
        await studio.take_over()
        talk = asyncio.create_task(studio.speak(sound))
        await asyncio.sleep(6)
        process.kill()
        await process.wait()
        process = await locality.spawn_box(folder)
        await talk
        await asyncio.sleep(studio.delay + 0.3)
        await studio.give_back()
        await locality.until(lambda: of_item(locality, studio.item_id))
        process.terminate()
        await process.wait()
        return recording_of(folder), monotonic(studio.began), of_item(locality, studio.item_id)

    recording, began, (report,) = within(story, seconds=300)
    errors = [error_of(recording, part, began + n) for n, part in enumerate(seconds_of(sound))]
    # What it heard after the restart is in its second recording.
    heard = [error for error in errors if error is not None]
    assert len(heard) >= 3
    assert max(map(abs, heard)) < 10
    assert (report.outcome, report.reason) == ("cut", "restarted")
    assert report.samples_expected == pytest.approx(16 * RATE, rel=0.02)
    assert 5 * RATE < report.samples_played < 15 * RATE


def test_a_stream_that_was_stopped_on_a_box_does_not_come_back_there(within):
    sound = speechlike(10, seed=42)

    async def story(locality):
        box = await locality.start_box()
        studio = StudioPeer(locality)
        await studio.take_over()
        talk = asyncio.create_task(studio.speak(sound))
        await locality.until(lambda: box.conductor.playing_name == studio.item_id)
        await asyncio.sleep(2)
        await locality.say(Command(action="stop"), topics.commands(box.serial), to=box.serial)
        await locality.until(lambda: locality.heard["command_result"])
        await talk
        assert box.conductor.playing_name is None
        await studio.give_back()
        await locality.until(lambda: of_item(locality, studio.item_id))
        (report,) = of_item(locality, studio.item_id)
        assert (report.outcome, report.reason) == ("cut", "stopped")

    within(story)
