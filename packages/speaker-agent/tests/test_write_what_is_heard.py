"""The wav output keeps what a sound card would have played; lateness stays in the file."""

import ctypes.util
import json
import time
import wave

import numpy as np
import pytest
from speaker_agent.outputs import open_output
from speaker_agent.outputs.alsa import AlsaOutput
from speaker_agent.outputs.base import OutputFailed
from speaker_agent.outputs.null import NullOutput
from speaker_agent.outputs.wav import WavOutput
from speaker_agent.timing import Clock, Sources

RATE = 16_000


class Hand:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def clock(self) -> Clock:
        return Clock(Sources(wall=lambda: self.now + 1000, monotonic=lambda: self.now, boot_id="b"))


def samples_of(path):
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def wav(hand, tmp_path):
    output = WavOutput(hand.clock(), folder=tmp_path, rate=RATE)
    yield output
    output.close()


def test_sound_stands_where_it_was_heard_between_silence(hand, wav):
    hand.now += 1
    wav.start()
    assert wav.queued(hand.now) == 0
    wav.write(np.full(800, 7, np.int16))
    assert wav.queued(hand.now) == 800
    hand.now += 0.025
    assert wav.queued(hand.now) == pytest.approx(400, abs=1)
    hand.now += 1
    wav.rest(hand.now)
    wav.close()
    heard = samples_of(wav.path)
    assert len(heard) == pytest.approx(2.025 * RATE, abs=2)
    assert np.flatnonzero(heard)[[0, -1]] == pytest.approx([RATE, RATE + 799], abs=1)
    said = json.loads(wav.path.with_suffix(".json").read_text())
    assert said["monotonic"] == 50.0
    assert said["wall"] == pytest.approx(1050.0)
    assert said["server"] is None


def test_a_late_writer_leaves_a_hole(hand, wav):
    wav.start()
    wav.write(np.full(160, 5, np.int16))
    hand.now += 0.05
    assert wav.queued(hand.now) == 0
    wav.write(np.full(160, 6, np.int16))
    assert wav.dry_runs == 1
    hand.now += 0.05
    wav.close()
    heard = samples_of(wav.path)
    assert np.flatnonzero(heard == 6)[0] == pytest.approx(0.05 * RATE, abs=1)
    assert not heard[160:790].any()


def test_what_is_taken_back_is_not_heard(hand, wav):
    wav.start()
    wav.write(np.full(1600, 5, np.int16))
    hand.now += 0.05
    assert wav.take_back(hand.now) == pytest.approx(800, abs=1)
    hand.now += 1
    wav.close()
    assert np.count_nonzero(samples_of(wav.path)) == pytest.approx(800, abs=1)


def test_nothing_is_written_before_its_time_has_come(hand, wav):
    """A process that is killed has not played what still waited in the queue."""
    wav.start()
    wav.write(np.full(16_000, 5, np.int16))
    hand.now += 0.1
    wav.queued(hand.now)
    wav.tick(hand.now)
    wav._write_header()
    assert np.count_nonzero(samples_of(wav.path)) == pytest.approx(1600, abs=1)


def test_a_long_silence_costs_no_disk(hand, wav):
    hand.now += 3600
    wav.tick(hand.now)
    assert len(samples_of(wav.path)) == pytest.approx(3600 * RATE, abs=2)
    assert wav.path.stat().st_blocks * 512 < 1_000_000


def test_files_are_changed_when_full_and_none_of_the_line_is_lost(hand, tmp_path):
    output = WavOutput(hand.clock(), folder=tmp_path, rate=RATE, rotate_bytes=RATE, keep=3)
    output.start()
    for value in range(1, 7):
        output.write(np.full(RATE // 4, value, np.int16))
        hand.now += 0.25
        output.queued(hand.now)
    output.close()
    files = sorted(tmp_path.glob("heard-*.wav"))
    assert len(files) == 3
    for path in files:
        said = json.loads(path.with_suffix(".json").read_text())
        heard = samples_of(path)
        for index in range(0, len(heard), RATE // 8):
            at = said["monotonic"] - 50.0 + index / RATE
            assert heard[index] == int(at / 0.25 + 1e-6) + 1


def test_what_a_killed_process_heard_can_be_read(hand, tmp_path):
    killed = WavOutput(hand.clock(), folder=tmp_path, rate=RATE)
    killed.start()
    killed.write(np.full(RATE, 3, np.int16))
    hand.now += 0.5
    killed.queued(hand.now)
    WavOutput(hand.clock(), folder=tmp_path, rate=RATE).close()
    assert np.count_nonzero(samples_of(killed.path)) == pytest.approx(RATE / 2, abs=1)


def test_a_new_process_does_not_write_over_what_an_older_heard(hand, tmp_path, wav):
    wav.close()
    other = WavOutput(hand.clock(), folder=tmp_path, rate=RATE)
    other.close()
    assert other.path != wav.path


def test_the_pace_is_that_of_the_real_counter(tmp_path):
    output = WavOutput(Clock(), folder=tmp_path, rate=RATE)
    before = time.monotonic()
    output.start()
    after = time.monotonic()
    output.write(np.full(RATE, 9, np.int16))
    time.sleep(0.2)
    now = time.monotonic()
    # It began somewhere between the two.
    gone = (RATE - output.queued(now)) / RATE
    assert min(now - after, 1.0) - 0.02 < gone < now - before + 0.02
    output.close()


def test_a_full_disk_is_said(hand, wav):
    class Full:
        def write(self, _):
            raise OSError(28, "No space left on device")

        def seek(self, *_):
            pass

        def close(self):
            pass

        truncate = flush = seek

    wav.start()
    wav._file.close()
    wav._file = Full()
    wav.write(np.ones(100, np.int16))
    hand.now += 1
    with pytest.raises(OutputFailed, match="No space left"):
        wav.queued(hand.now)
    with pytest.raises(OutputFailed):
        wav.close()
    wav.start()  # there is room again
    wav.write(np.ones(100, np.int16))
    hand.now += 1
    wav.queued(hand.now)


def test_null_counts_and_measures(hand):
    output = NullOutput(hand.clock(), rate=RATE)
    output.start()
    assert output.level_dbfs is None
    output.write((np.sin(np.arange(RATE) * 0.3) * 16384).astype(np.int16))
    hand.now += 2
    output.queued(hand.now)
    assert output.played == RATE
    assert output.level_dbfs == pytest.approx(-9.03, abs=0.02)


@pytest.mark.skipif(not ctypes.util.find_library("asound"), reason="no ALSA library here")
class TestAlsa:
    """The library itself, with its `null` device, which takes samples like a card."""

    def test_samples_go_to_the_device(self):
        output = AlsaOutput(Clock(), device="null", rate=48_000)
        output.start()
        output.write(np.zeros(4800, np.int16))
        assert output.queued(time.monotonic()) >= 0
        assert output.take_back(time.monotonic()) >= 0
        output.rest(time.monotonic())
        output.start()
        output.close()

    def test_a_device_that_is_not_there_is_said(self):
        output = AlsaOutput(Clock(), device="no-such-device", rate=48_000)
        # The library itself writes its complaint to the process's standard error.
        with pytest.raises(OutputFailed, match="no-such-device"):
            output.start()


def test_the_name_of_an_output_is_checked(tmp_path):
    with pytest.raises(ValueError, match="device, wav, null"):
        open_output("loud", folder=tmp_path, clock=Clock())
    assert list(tmp_path.iterdir()) == []
