"""What comes out for a listener: the right place of a sound, live voices, and no more memory."""

import asyncio
import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import av
import numpy as np
import pytest

from tiengmo.foundation import blobs
from tiengmo.studio.listening import stream as listening_stream
from tiengmo.studio.listening.live import LiveBuffer
from tiengmo.studio.listening.mixer import BLOCK, BLOCK_SECONDS, Mixer, SoundFile
from tiengmo.studio.listening.rules import Air, Sound
from tiengmo.studio.listening.stream import MOST_WAITING, Listener, Stream
from tiengmo.voices.audio.decoding import whole
from tiengmo.voices.audio.encoding import OPUS, Encoder

from .broadcast import Broadcast
from .factories import RATE, speech

BEGAN = 1_800_000_000.0


@pytest.fixture
def said():
    return speech(8.0)


@pytest.fixture
def sound(said, tmp_path, settings):
    """Eight seconds of a voice in the store, and what boxes are told of it."""
    settings.SOUND_ROOT = tmp_path / "sound"
    path = tmp_path / "said.opus"
    with Encoder(path, OPUS) as encoder:
        encoder.take(said)
    sha256 = blobs.put(path, ".opus")
    return Sound("tin", 0, BEGAN, BEGAN + 8.0, "Bản tin", sha256=sha256)


def place_of(piece, whole):
    """Where a piece of sound begins in a longer one, in seconds, and how alike they are."""
    size = 1 << (len(whole) + len(piece)).bit_length()
    product = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size))
    correlation = np.fft.irfft(product, size)[: len(whole)]
    at = int(np.argmax(correlation))
    found = whole[at : at + len(piece)]
    norm = np.linalg.norm(found) * np.linalg.norm(piece[: len(found)])
    return at / RATE, float(np.dot(found, piece[: len(found)]) / norm) if norm else 0.0


def mixer_of(*sounds, streams=None, quiet=()):
    mixer = Mixer(streams or {})
    mixer.air = Air(sounds, quiet)
    return mixer


@pytest.mark.parametrize("offset", [0.0, 0.05, 1.0, 3.7, 6.5])
def test_a_sound_is_joined_where_it_is_now(sound, said, offset):
    mixer = mixer_of(sound)
    given = mixer.samples(BEGAN + offset, RATE)
    at, alike = place_of(given[RATE // 20 :], said)
    assert at == pytest.approx(offset + 0.05, abs=0.002)
    assert alike > 0.9
    assert mixer.heard is sound


def test_blocks_follow_each_other_without_a_seam(sound, said):
    mixer = mixer_of(sound)
    pieces = [mixer.samples(BEGAN + n * BLOCK_SECONDS, BLOCK) for n in range(12)]
    whole_file = whole(blobs.path(sound.sha256, ".opus"))
    given = np.concatenate(pieces)[: len(said)]
    assert np.array_equal(given, whole_file[: len(given)])


def test_it_begins_and_ends_in_the_middle_of_a_block(sound, said):
    given = mixer_of(sound).samples(BEGAN - 0.2, BLOCK)
    silent = round(0.2 * RATE)
    assert not given[:silent].any()
    assert place_of(given[silent:], said)[1] > 0.9
    given = mixer_of(sound).samples(BEGAN + 7.8, BLOCK)
    assert given[: round(0.1 * RATE)].any()
    assert not given[round(0.21 * RATE) :].any()


def test_what_is_taken_off_the_air_ends_with_the_block(sound):
    mixer = mixer_of(sound)
    assert mixer.samples(BEGAN, BLOCK).any()
    mixer.air = Air()
    assert not mixer.samples(BEGAN + BLOCK_SECONDS, BLOCK).any()
    assert mixer.heard is None


def test_a_sound_whose_file_is_not_here_is_silence(sound, settings, tmp_path):
    settings.SOUND_ROOT = tmp_path / "elsewhere"
    assert not mixer_of(sound).samples(BEGAN, BLOCK).any()


def test_a_damaged_file_is_silence(tmp_path):
    path = tmp_path / "x.opus"
    path.write_bytes(b"OggS" + b"\0" * 2000)
    assert not SoundFile(path, 0.0).read(1000).any()


def test_mp3_that_anybody_can_decode(sound, said):
    mixer = mixer_of(sound)
    content = b"".join(mixer.block(BEGAN + n * BLOCK_SECONDS) for n in range(12))
    with av.open(io.BytesIO(content), format="mp3") as container:
        assert container.streams.audio[0].rate == RATE
        heard = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    at, alike = place_of(said[RATE : 2 * RATE], heard)
    assert alike > 0.9
    assert at == pytest.approx(1.0, abs=0.1)
    # 64 kbit/s, and nothing kept back but the encoder's own frame or two.
    assert len(content) / (12 * BLOCK_SECONDS) == pytest.approx(8000, rel=0.02)


@pytest.fixture
def spoken(said):
    """Segments of a live voice as the playout makes them."""
    broadcast = Broadcast()
    output = broadcast.output(delay=2.0, segment=1.0, epoch=time.time())
    for start in range(0, 6 * RATE, RATE):
        output.write(said[start : start + RATE])
    return broadcast.bodies


def test_a_live_voice_over_what_is_scheduled(sound, said, spoken):
    buffer = LiveBuffer()
    for segment in spoken:
        buffer.take(segment)
    began = spoken[0].start.timestamp()
    voice = Sound("nói", 0, began - 10, began + 60, "Họp thôn", stream="s")
    planned = replace(sound, begins=began, ends=began + 8)
    mixer = mixer_of(planned, voice, streams={"s": buffer})
    given = mixer.samples(began + 1.0, 2 * RATE)
    at, alike = place_of(given, said)
    assert at == pytest.approx(1.0, abs=0.01)
    assert alike > 0.9
    assert mixer.heard is voice
    # Five seconds without a segment, and the schedule is heard again.
    mixer.samples(began + 10.9, BLOCK)
    assert mixer.heard is voice
    mixer.air = Air((replace(planned, ends=began + 60), voice))
    mixer.samples(began + 11.1, BLOCK)
    assert mixer.heard is not voice


def test_a_gap_in_a_live_voice_is_silence_and_not_a_stop(spoken):
    buffer = LiveBuffer()
    for number in (0, 1, 3):
        buffer.take(spoken[number])
    began = spoken[0].start.timestamp()
    assert buffer.is_audible(began + 2.5)
    assert not buffer.read(began + 2.05, RATE // 2).any()
    assert buffer.read(began + 3.05, RATE // 2).any()
    assert not buffer.is_audible(began - 1)


def test_a_long_talk_takes_no_more_memory_than_a_short_one(spoken):
    buffer = LiveBuffer()
    for number in range(300):
        start = spoken[0].start + timedelta(seconds=number)
        buffer.take(spoken[0].model_copy(update={"sequence": number, "start": start}))
    assert len(buffer.begins()) <= 14


def test_a_slow_listener_hears_what_is_said_now():
    async def listen():
        listener = Listener()
        for number in range(MOST_WAITING * 3):
            listener.give(bytes([number % 250]))
        given = await listener.next()
        assert len(given) <= MOST_WAITING
        assert given[-1] == (MOST_WAITING * 3 - 1) % 250
        assert listener.skipped
        listener.end()
        assert await listener.next() is None

    asyncio.run(listen())


async def _heard_by(listener, seconds):
    parts = []
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                parts.append(await listener.next())
        except TimeoutError:
            break
    return b"".join(parts)


def test_two_listen_one_leaves_and_nothing_is_left_when_both_have(sound):
    over = []

    async def listen():
        with ThreadPoolExecutor(1) as lane:
            now = time.time()
            playing = Sound("tin", 0, now - 1, now + 7, "Bản tin", sha256=sound.sha256)
            stream = Stream({}, lane, air=Air((playing,)), over=lambda: over.append(True))
            first = stream.join()
            await asyncio.sleep(0.6)
            second = stream.join()
            heard = await asyncio.gather(_heard_by(first, 1.5), _heard_by(second, 1.5))
            # Both have two seconds and more: who comes is given the last ones at once.
            assert min(map(len, heard)) > 2 * 8000
            stream.leave(first)
            assert len(await _heard_by(second, 1.0)) > 0
            assert not over
            stream.leave(second)
            await asyncio.sleep(0.1)
        assert over == [True]
        assert not stream.listeners
        assert stream.mixer._file is None
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert not asyncio.run(listen())


def test_who_comes_after_a_withdrawal_is_not_given_its_last_seconds(sound):
    async def listen():
        with ThreadPoolExecutor(1) as lane:
            now = time.time()
            playing = Sound("tin", 0, now - 3, now + 5, "Bản tin", sha256=sound.sha256)
            stream = Stream({}, lane, air=Air((playing,)), over=lambda: None)
            first = stream.join()
            await asyncio.sleep(0.7)
            assert stream._recent
            stream.set_air(Air())
            assert not stream._recent
            stream.leave(first)
            await asyncio.sleep(0)

    asyncio.run(listen())


def test_a_block_is_made_in_time(sound):
    """A stream may cost a fifth of a core at the very most, on a busy machine too."""
    mixer = mixer_of(sound)
    began = time.process_time()
    for number in range(12):
        mixer.block(BEGAN + number * BLOCK_SECONDS)
    assert time.process_time() - began < 12 * BLOCK_SECONDS / 5
    assert listening_stream.BURST_SECONDS <= 3
