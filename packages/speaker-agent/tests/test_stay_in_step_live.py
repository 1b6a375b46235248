"""Live segments, sample by sample, under a hand-moved counter."""

import gc
import itertools
import resource
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from speaker_agent.on_air.decoding import Chunk, LiveDecoders, StreamDecoder
from speaker_agent.on_air.source import LiveSource, Timeline, shortened
from speaker_agent.on_air.streams import HOLD_SECONDS, LiveStream, StreamProgress
from speaker_agent.outputs.null import NullOutput
from speaker_agent.playing.playback import Ending, Playback
from speaker_agent.playing.player import Player
from speaker_agent.timing import Clock, Sources
from speaker_agent.timing.sync import Offset
from speaker_link.kinds import Priority
from speaker_link.messages import Live
from speaker_link.on_air import pack

from bench.agent_peer import speechlike
from bench.start_error import at_low_rate, where
from bench.studio_peer import Encoder

from .conftest import START

T = START.timestamp()
RATE = 16_000
SILENCE = pack([b"\xf8\xff\xfe"] * 50)


class Hour:
    """A clock that is moved by hand: the counter reads 10 at T."""

    def __init__(self):
        self.counter = 10.0
        self.clock = Clock(Sources(wall=lambda: T, monotonic=lambda: self.counter, boot_id=""))
        self.clock.observe(Offset(at=10.0, seconds=T - 10.0, error=0.001))


def segment(sequence, *, start=None, packets=SILENCE, **changes):
    at = T + 2 + sequence if start is None else start
    values = {
        "takeover": "a",
        "station": "082",
        "stream": "s",
        "sequence": sequence,
        "start": datetime.fromtimestamp(at, UTC),
        "duration_ms": 1000,
        "packets": packets,
    }
    return Live(**(values | changes))


def spoken(sound):
    encoder = Encoder()
    return [
        pack(encoder.packets(sound[at : at + 48_000]))
        for at in range(0, len(sound) - 47_999, 48_000)
    ]


@pytest.fixture
def hour():
    return Hour()


def resident_bytes():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def a_stream(hour):
    return LiveStream(
        *("082", "a", "s"),
        priority=Priority.ROUTINE,
        clock=hour.clock,
        progress=StreamProgress(T),
    )


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_segments_join_as_if_they_were_one_sound(rate):
    sound = speechlike(4, seed=3)
    decoder = StreamDecoder(rate)
    chunks = [decoder.decode(segment(n, packets=p)) for n, p in enumerate(spoken(sound))]
    for before, after in itertools.pairwise(chunks):
        assert after.instant == pytest.approx(before.end, abs=1e-6)
    whole = np.concatenate([chunk.pcm for chunk in chunks]).astype(np.float64)
    wanted = at_low_rate(sound) if rate == 16_000 else sound.astype(np.float64)
    edges = slice(int(0.9 * rate), int(3.1 * rate))
    place, alike = where(whole, wanted[edges])
    assert (place - edges.start) / rate == pytest.approx(312 / 48_000, abs=0.001)
    assert alike > 0.8


def test_after_a_lost_segment_the_next_begins_softly():
    sound = speechlike(3, seed=4)
    packets = spoken(sound)
    decoder = StreamDecoder(RATE)
    decoder.decode(segment(0, packets=packets[0]))
    chunk = decoder.decode(segment(2, packets=packets[2]))
    assert chunk.instant == pytest.approx(T + 4)
    assert np.abs(chunk.pcm[:10]).max() < np.abs(chunk.pcm[2000:4000]).max() / 10


def test_packets_that_no_decoder_reads_are_no_sound():
    # Code 3 with a padding that is longer than the packet.
    broken = pack([b"\xfb\x41\xff\xff"] * 50)
    decoder = StreamDecoder(RATE)
    chunk = decoder.decode(segment(0, packets=broken))
    assert chunk is None or not np.abs(chunk.pcm).max()
    assert decoder.decode(segment(1, packets=SILENCE)) is not None


def test_boxes_of_one_process_share_a_decoder_and_one_that_is_behind_still_hears():
    decoders = LiveDecoders()
    packets = spoken(speechlike(12, seed=5))
    first = [decoders.decode(segment(n, packets=p), RATE) for n, p in enumerate(packets)]
    assert decoders.decode(segment(11, packets=packets[11]), RATE) is first[11]
    late = decoders.decode(segment(1, packets=packets[1]), RATE)
    assert len(late.pcm) == pytest.approx(RATE, abs=40)
    after = decoders.decode(segment(12, packets=packets[0]), RATE)
    assert after.instant == pytest.approx(first[11].end, abs=1e-6)


class Ear:
    """Reads a source as the player does, block by block."""

    def __init__(self, hour, timeline):
        self.hour = hour
        self.source = LiveSource(timeline, hour.clock, RATE, hold_seconds=HOLD_SECONDS)
        self.at = hour.counter
        self.heard = []

    def listen(self, seconds, *, fast_ppm=0.0, ahead=0.4):
        end = self.hour.counter + seconds
        while self.hour.counter < end:
            while (budget := int((self.hour.counter + ahead - self.at) * RATE)) > 0:
                pcm = self.source.read_at(budget, self.at)
                if pcm is None:
                    return False
                if not len(pcm):
                    break
                self.heard.append(pcm)
                # A card whose crystal is fast is through with them sooner.
                self.at += len(pcm) / (RATE * (1 + fast_ppm / 1e6))
            self.hour.counter += 0.1
        return True

    @property
    def sound(self):
        return np.concatenate(self.heard).astype(np.float64)


def ramp(seconds, rate=RATE):
    """A sound in which every sample says where it is."""
    return (np.arange(int(seconds * rate)) % 30_000).astype(np.int16)


def chunk_of(number, pcm, instant, **changes):
    return Chunk(number, instant, pcm, RATE, **changes)


def test_a_sample_is_read_for_the_instant_at_which_it_is_heard(hour):
    timeline = Timeline()
    ear = Ear(hour, timeline)
    timeline.add(chunk_of(0, ramp(1), T + 1.25), now=T)
    ear.listen(2)
    begins = int(1.25 * RATE)
    assert not ear.sound[:begins].any()
    assert ear.sound[begins + 5000] == pytest.approx(5000, abs=1)


def test_who_joins_late_begins_in_the_middle(hour):
    timeline = Timeline()
    timeline.add(chunk_of(0, ramp(1), T - 0.5), now=T)
    ear = Ear(hour, timeline)
    ear.listen(0.3)
    assert ear.sound[2000] == pytest.approx(RATE // 2 + 2000, abs=1)


def test_a_card_that_runs_fast_for_an_hour_stays_with_the_server(hour):
    """100 ppm would be 360 ms an hour."""
    timeline = Timeline()
    ear = Ear(hour, timeline)
    worst = 0.0
    for number in range(3600):
        timeline.add(chunk_of(number, ramp(1), T + 1 + number), now=hour.clock.now())
        ear.listen(T + 1 + number - hour.clock.now(), fast_ppm=100)
        ear.heard = ear.heard[-8:]
        if number > 5:
            # The last sample that was read says which instant it belongs to.
            belongs = (ear.sound[-1] + 1) / RATE
            heard = (hour.clock.server_at(ear.at) - T) % 1.0
            away = abs((belongs - heard + 0.5) % 1.0 - 0.5)
            worst = max(worst, away)
    assert worst < 0.003


def test_a_stretched_second_is_a_little_shorter_and_has_no_step():
    pcm = (8000 * np.sin(np.arange(RATE) / 20)).astype(np.int16)
    less = shortened(pcm, 0.004, RATE)
    assert len(pcm) - len(less) == 64
    assert np.abs(np.diff(less.astype(int))).max() < 420
    assert len(shortened(pcm, -0.004, RATE)) == RATE + 64
    assert len(shortened(pcm, 0.02, RATE)) == RATE - RATE // 200
    assert shortened(pcm, 0.0004, RATE) is pcm


def test_silence_ends_after_five_seconds_and_is_not_counted_as_sound(hour):
    timeline = Timeline()
    timeline.add(chunk_of(0, ramp(1), T), now=T)
    ear = Ear(hour, timeline)
    assert ear.listen(4)
    assert not ear.listen(4)
    assert hour.clock.now() == pytest.approx(T + 6, abs=0.5)
    assert len(ear.sound) - ear.source.silent == RATE


def test_the_last_segment_ends_it_at_once(hour):
    timeline = Timeline()
    timeline.add(chunk_of(0, ramp(1), T, is_last=True), now=T)
    ear = Ear(hour, timeline)
    assert not ear.listen(3)
    assert len(ear.sound) == RATE


def test_what_was_taken_back_is_read_again(hour):
    timeline = Timeline()
    timeline.add(chunk_of(0, ramp(1), T), now=T)
    ear = Ear(hour, timeline)
    ear.listen(0.3)
    ear.at -= 0.25
    place = sum(map(len, ear.heard)) - int(0.25 * RATE)
    again = ear.source.read_at(800, ear.at)
    assert again[-1] == pytest.approx(place + 800, abs=30)


def test_it_is_reported_with_its_gaps(hour):
    stream = a_stream(hour)
    for number in (2, 3, 6):
        stream.add(chunk_of(number, ramp(1), T + number), now=T)
    assert stream.progress.gaps == 1
    report = stream.report(over_at=T + 100)
    assert (report.outcome, report.reason) == ("missed", "too_late")
    assert report.samples_expected == 7 * RATE
    assert a_stream(hour).report(over_at=T) is None


def test_a_day_of_segments_needs_no_more_memory_than_a_minute(hour):
    """86,400 segments through stream, source, player and output, the clock moved by hand."""
    # A low rate: memory is asked about, not sound.
    rate, stream = 8000, a_stream(hour)
    output = NullOutput(hour.clock, rate=rate)
    player = Player(output, hour.clock)
    ended = []
    player.arm(Playback(stream.key, stream.open(rate), start_at=12.0, on_ended=ended.append))
    pcm = ramp(1, rate)

    def live(first, count):
        for number in range(first, first + count):
            stream.add(Chunk(number, T + 2 + number, pcm, rate), now=hour.clock.now())
            for _ in range(2):
                player.pump(hour.counter)
                hour.counter += 0.5

    live(0, 600)
    before = resident_bytes()
    live(600, 86_400)
    assert resident_bytes() - before < 1_000_000
    assert not ended
    assert output.played > 86_000 * rate
    player.stop(stream.key)
    player.pump(hour.counter)
    stream.note(ended[0], None)
    assert ended[0].ending is Ending.STOPPED
    assert stream.report(over_at=hour.clock.now()).outcome == "played"


def test_hundreds_of_decoded_segments_need_no_more_memory_than_fifty(hour):
    decoders = LiveDecoders()
    stream = a_stream(hour)

    def live(first, count):
        for number in range(first, first + count):
            chunk = decoders.decode(segment(number), RATE)
            stream.add(chunk, now=T + number)

    live(0, 50)
    before = resident_bytes()
    live(50, 1000)
    assert resident_bytes() - before < 1_000_000
