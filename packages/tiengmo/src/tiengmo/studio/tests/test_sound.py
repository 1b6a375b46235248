"""What the studio does to a voice, measured."""

import av
import numpy as np
import pytest

from tiengmo.studio.sound.chain import CEILING, Chain
from tiengmo.studio.sound.encoding import PACKET, OpusEncoder
from tiengmo.studio.sound.levels import Levels
from tiengmo.studio.sound.signals import end_tone, jingle
from tiengmo.voices.audio.loudness import measure

from .factories import RATE, speech


def through(sound, piece=4801):
    chain = Chain()
    return np.concatenate([chain.take(sound[i : i + piece]) for i in range(0, len(sound), piece)])


@pytest.mark.parametrize("level", [0.03, 0.1, 0.3])
def test_a_soft_and_a_loud_voice_come_out_alike(level):
    out = through(speech(20, level=level))
    assert measure(out[10 * RATE :]) == pytest.approx(-18, abs=3)


def test_nothing_passes_the_ceiling_not_even_a_shout_after_a_whisper():
    sound = np.concatenate([speech(10, level=0.01), speech(2, level=0.9), speech(5, level=0.02)])
    sound[RATE * 11] = 1.0
    assert np.abs(through(sound)).max() <= CEILING + 1e-6


def test_the_noise_of_an_empty_room_is_not_lifted():
    noise = np.random.default_rng(1).standard_normal(RATE * 10).astype(np.float32) * 0.001
    assert np.abs(through(noise)).max() < 0.01


def test_the_size_of_the_pieces_changes_nothing():
    sound = speech(3)
    small, large = through(sound, 333), through(sound, 9600)
    length = min(len(small), len(large))
    assert np.allclose(small[:length], large[:length], atol=1e-6)


def test_silence_is_counted_until_somebody_speaks():
    levels = Levels()
    levels.take(speech(1))
    levels.take(np.zeros(RATE * 11, dtype=np.float32))
    assert levels.silent_seconds >= 10
    levels.take(speech(1))
    assert levels.silent_seconds < 1


def test_clipping_is_counted_through_the_pauses_of_speech_and_ends():
    levels = Levels()
    levels.take(np.clip(speech(12, level=0.3) * 20, -1, 1))
    assert levels.clipping_seconds >= 10
    levels.take(speech(5, level=0.1))
    assert levels.clipping_seconds == 0


def test_a_loud_voice_that_only_touches_full_scale_is_not_clipping():
    sound = speech(12, level=0.2)
    levels = Levels()
    levels.take(sound / np.abs(sound).max())
    assert levels.clipping_seconds == 0


def test_packets_are_twenty_milliseconds_and_decode_to_what_went_in():
    sound = speech(2)
    packets = OpusEncoder().encode(sound)
    assert len(packets) == len(sound) // PACKET
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = RATE, "mono"
    out = np.concatenate([f.to_ndarray()[0] for p in packets for f in decoder.decode(av.Packet(p))])
    out = out.astype(np.float32) / (32768 if out.dtype == np.int16 else 1)
    delay = 312  # libopus' look-ahead at 48 kHz
    heard, said = out[delay:], sound[: len(out) - delay]
    assert np.corrcoef(heard, said)[0, 1] > 0.9


def test_the_studio_s_own_sounds_are_as_loud_as_a_voice():
    assert measure(end_tone()) == pytest.approx(-18, abs=1)
    assert -26 < measure(jingle()) < -17
