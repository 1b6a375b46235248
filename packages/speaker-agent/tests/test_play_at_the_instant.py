"""The player and its output, sample by sample, under a hand-moved counter."""

import itertools
import math

import numpy as np
import pytest
from speaker_agent.outputs.base import OutputFailed
from speaker_agent.outputs.paced import PacedOutput
from speaker_agent.playing.playback import Ending, Playback, Tone
from speaker_agent.playing.player import Player
from speaker_agent.sound.decoding import Decoders, UndecodableSound, decode
from speaker_agent.timing import Clock, Sources

from bench.agent_peer import opus, speechlike

RATE = 1000


class Tape(PacedOutput):
    """Keeps every sample in memory."""

    name = "tape"
    is_broken = False

    def __init__(self, clock):
        super().__init__(clock, rate=RATE)
        self.tape = []

    def _play(self, pcm):
        if self.is_broken:
            raise OutputFailed("the cable is out")
        self.tape.extend(pcm.tolist())

    def _play_silence(self, samples):
        self.tape.extend([0] * samples)

    def close(self):
        self._forget_queue()


class Sound:
    """A source of one value; `ready` limits what can be read so far."""

    failure = None

    def __init__(self, value, samples, ready=math.inf):
        self.value, self.left, self.ready = value, samples, ready

    def read(self, count):
        if self.left == 0:
            return None
        count = int(min(count, self.left, self.ready))
        self.left -= count
        self.ready -= count
        return np.full(count, self.value, np.int16)

    def close(self):
        pass


class Room:
    def __init__(self):
        self.now = 10.0
        clock = Clock(Sources(wall=lambda: 0.0, monotonic=lambda: self.now, boot_id=""))
        self.output = Tape(clock)
        self.player = Player(self.output, clock)
        self.ended = []

    def arm(self, value, samples, at, **how):
        source = how.pop("source", None) or Sound(value, samples)
        playback = Playback(
            f"p{value}", source, start_at=10.0 + at, on_ended=self.ended.append, **how
        )
        self.player.arm(playback)
        return playback

    def pass_time(self, seconds, step=0.05):
        for _ in range(round(seconds / step)):
            self.player.pump(self.now)
            self.now += step
        self.player.pump(self.now)

    def heard(self, value):
        return [index / RATE for index in np.flatnonzero(np.array(self.output.tape) == value)]


@pytest.fixture
def room():
    return Room()


@pytest.mark.parametrize("step", [0.05, 0.037, 0.11])
def test_the_first_sample_is_heard_at_its_instant(room, step):
    playback = room.arm(7, 500, at=1.2345)
    room.pass_time(2.2, step)
    heard = room.heard(7)
    assert heard[0] == pytest.approx(1.2345, abs=2 / RATE)
    assert len(heard) == 500
    assert heard[-1] - heard[0] == pytest.approx(0.499)
    assert abs(playback.start_error) <= 1 / RATE
    assert (playback.ending, playback.position, playback.dry_runs) == (Ending.FINISHED, 500, 0)
    assert room.ended == [playback]
    assert not room.player.is_active


def test_an_end_is_announced_only_when_the_last_sample_was_heard(room):
    room.arm(7, 100, at=0.5)
    room.pass_time(0.55)
    assert room.ended == []
    room.pass_time(0.1)
    assert len(room.ended) == 1


def test_a_weightier_sound_cuts_off_at_its_own_instant(room):
    low = room.arm(1, 5000, at=0.2)
    room.pass_time(0.5)
    high = room.arm(2, 300, at=1.0)
    room.pass_time(1.5)
    assert room.heard(2)[0] == pytest.approx(1.0, abs=2 / RATE)
    assert room.heard(1)[-1] == pytest.approx(0.999, abs=2 / RATE)
    assert low.ending is Ending.PREEMPTED
    assert low.position == len(room.heard(1))
    assert high.ending is Ending.FINISHED


def test_one_that_is_due_now_does_not_wait_for_what_is_queued(room):
    low = room.arm(1, 5000, at=0.1)
    room.pass_time(0.5)
    room.arm(2, 300, at=0.0)
    room.pass_time(0.5)
    assert room.heard(2)[0] - room.heard(1)[-1] <= 2 / RATE
    assert room.heard(2)[0] < 0.5 + 0.06
    assert low.position == len(room.heard(1))


class Count:
    """A source whose samples are 1, 2, 3 …: what is left out or comes twice is seen."""

    failure = None

    def __init__(self, samples, begin=0):
        self.at, self.samples = begin, samples

    def read(self, count):
        if self.at >= self.samples:
            return None
        first, self.at = self.at, min(self.at + count, self.samples)
        return np.arange(first + 1, self.at + 1, dtype=np.int16)

    def close(self):
        pass


@pytest.mark.parametrize("notice", [0.1, 0.7, 1.5])
@pytest.mark.parametrize("length", [2000, 4000])
def test_what_is_heard_until_the_cut_is_the_sound_without_a_leap(room, notice, length):
    current = room.arm(1, length, at=0.2, source=Count(length))
    # The alert comes when the queue already reaches beyond its instant.
    room.pass_time(1.9 - notice)
    room.arm(30_000, 200, at=1.9)
    room.pass_time(notice + 0.3)
    heard = [value for value in room.output.tape if value not in {0, 30_000}]
    assert heard == list(range(1, len(heard) + 1))
    assert len(heard) == pytest.approx(1700, abs=2)
    assert (current.ending, current.position) == (Ending.PREEMPTED, len(heard))
    # And it goes on with the very next sample.
    room.arm(2, length, at=3.5, source=Count(length, len(heard)), position=len(heard))
    room.pass_time(4.0)
    heard = [value for value in room.output.tape if value not in {0, 30_000}]
    assert heard == list(range(1, length + 1))


def test_a_stop_is_heard_at_once_and_counted_honestly(room):
    playback = room.arm(1, 5000, at=0.1)
    room.pass_time(1.0)
    assert room.player.stop("p1")
    room.pass_time(1.0)
    assert room.heard(1)[-1] == pytest.approx(1.0, abs=3 / RATE)
    assert playback.position == len(room.heard(1))
    assert playback.ending is Ending.STOPPED
    assert room.ended == [playback]


def test_a_stop_meant_for_another_stops_nothing(room):
    room.arm(1, 500, at=0.1)
    assert not room.player.stop("p2")
    room.pass_time(1)
    assert len(room.heard(1)) == 500


@pytest.mark.parametrize("how", ["stopped", "pre-empted", "device failed"])
def test_the_last_second_can_still_be_cut_and_is_counted_honestly(room, how):
    """All of it is written already, and not all of it was heard."""
    playback = room.arm(1, 500, at=0.1)
    room.pass_time(0.35)
    assert playback.all_heard_at is not None
    if how == "stopped":
        room.player.stop("p1")
    elif how == "pre-empted":
        room.arm(2, 100, at=0.0)
    else:
        room.output.is_broken = True
    room.pass_time(1)
    assert playback.ending is not Ending.FINISHED
    assert 200 <= playback.position <= 320
    if how != "device failed":
        assert playback.position == len(room.heard(1))


def test_what_is_cut_off_goes_on_from_where_it_was(room):
    playback = room.arm(1, 500, at=0.1, position=200)
    room.pass_time(1)
    assert (playback.position, playback.handed) == (700, 500)


def test_an_output_that_runs_dry_is_counted_and_nothing_is_lost(room):
    playback = room.arm(1, 3000, at=0.1)
    room.pass_time(0.4)
    room.now += Tape.lookahead_seconds + 0.25  # the process hung
    room.pass_time(3.5)
    heard = room.heard(1)
    assert len(heard) == 3000
    assert playback.dry_runs == 1
    gaps = [b - a for a, b in itertools.pairwise(heard) if b - a > 1.5 / RATE]
    assert len(gaps) == 1
    assert gaps[0] == pytest.approx(0.25, abs=0.06)


def test_a_decoder_that_is_behind_makes_it_late_and_the_error_says_so(room):
    source = Sound(1, 300, ready=0)
    playback = room.arm(1, 300, at=0.2, source=source)
    room.pass_time(0.6)
    source.ready = math.inf
    room.pass_time(1)
    assert playback.start_error == pytest.approx(0.4, abs=0.06)
    assert room.heard(1)[0] == pytest.approx(0.6, abs=0.06)


def test_volume_and_level(room):
    room.player.gain = 0.5
    playback = room.arm(16384, 400, at=0.1)
    room.pass_time(1)
    assert len(room.heard(8192)) == 400
    assert playback.level_dbfs == pytest.approx(20 * math.log10(0.25), abs=0.01)


def test_a_device_that_fails_ends_the_playback_and_may_be_tried_again(room):
    playback = room.arm(1, 500, at=0.1)
    room.output.is_broken = True
    room.pass_time(0.5)
    assert playback.ending is Ending.FAILED
    assert "cable" in playback.failure
    room.output.is_broken = False
    room.arm(2, 100, at=1.5)
    room.pass_time(2)
    assert len(room.heard(2)) == 100
    assert room.player.failure == ""


def test_any_other_fault_stays_with_this_box(room):
    class Bad(Sound):
        def read(self, count):
            raise ZeroDivisionError

    playback = room.arm(1, 10, at=0.1, source=Bad(1, 10))
    room.pass_time(0.5)
    assert playback.ending is Ending.FAILED


def test_the_tone_is_a_kilohertz_for_two_seconds():
    tone = Tone(16_000)
    sound = read_all(tone)
    assert len(sound) == 32_000
    assert np.argmax(np.abs(np.fft.rfft(sound))) / 2 == 1000


# Decoding


@pytest.fixture(scope="module")
def sound_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "a.sound"
    path.write_bytes(opus(speechlike(25.0)))
    return path


def read_all(reader, count=3000):
    import time

    parts, end = [], time.monotonic() + 60
    while time.monotonic() < end:
        part = reader.read(count)
        if part is None:
            return np.concatenate(parts)
        if not len(part):
            # Spinning here would take the decoder's turn.
            time.sleep(0.005)
        parts.append(part)
    raise TimeoutError


def test_decoding_gives_the_whole_sound_and_nothing_more(sound_file):
    whole = np.concatenate(list(decode(sound_file, 16_000)))
    assert len(whole) == 25 * 16_000


def test_readers_share_a_decoder_and_memory_stays_small(sound_file):
    decoders = Decoders()
    one, two = decoders.open(sound_file, 16_000), decoders.open(sound_file, 16_000)
    assert one._shared is two._shared
    first = [one.read(16_000), two.read(16_000)]
    whole = np.concatenate(list(decode(sound_file, 16_000)))
    rest = read_all(one)
    other = read_all(two)
    assert np.array_equal(np.concatenate([first[0], rest]), whole)
    assert np.array_equal(np.concatenate([first[1], other]), whole)
    assert sum(len(block) for _, block in one._shared._blocks) == 0
    late = decoders.open(sound_file, 16_000)
    assert late._shared is not one._shared
    assert np.array_equal(read_all(late), whole)
    decoders.close()


def test_a_reader_may_begin_in_the_middle(sound_file):
    decoders = Decoders()
    whole = np.concatenate(list(decode(sound_file, 16_000)))
    assert np.array_equal(read_all(decoders.open(sound_file, 16_000, at=123_456)), whole[123_456:])
    decoders.close()


def test_decoding_waits_for_the_slowest_reader_only_a_little(sound_file):
    import time

    decoders = Decoders()
    reader = decoders.open(sound_file, 16_000)
    time.sleep(0.5)
    assert reader._shared.end < 10 * 16_000
    reader.close()
    assert not reader._shared._blocks
    decoders.close()


@pytest.mark.parametrize("body", [b"", b"no sound at all" * 100])
def test_what_is_no_sound_fails_and_does_not_hang(tmp_path, body):
    path = tmp_path / "bad.sound"
    path.write_bytes(body)
    with pytest.raises(UndecodableSound):
        list(decode(path, 16_000))
    decoders = Decoders()
    reader = decoders.open(path, 16_000)
    import time

    end = time.monotonic() + 60
    while reader.read(100) is not None:
        assert time.monotonic() < end
    assert reader.failure
    decoders.close()
