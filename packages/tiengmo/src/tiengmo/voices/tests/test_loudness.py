"""Every sound leaves at −18 LUFS and below −1.5 dBTP, whoever measures it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiengmo.voices import rules
from tiengmo.voices.audio import constants as c
from tiengmo.voices.audio import limiter, loudness, mastering, truepeak
from tiengmo.voices.audio.decoding import resampled
from tiengmo.voices.engines import all_voices, choose_voice, engine_of
from tiengmo.voices.engines.passages import speech_of

from .sounds import RATE, decode, ffmpeg_says, voice_like

TEXTS = {
    "notice": "Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em vào sáng thứ hai tuần tới "
    "tại trạm y tế. Đề nghị bà con đưa trẻ đến đúng giờ, mang theo sổ tiêm chủng.",
    "shouted": "Chú ý! Chú ý! Lũ quét! Khẩn trương sơ tán!",
    "numbers": "không một hai ba bốn năm sáu bảy tám chín mười mười một mười hai",
    "paragraphs": "Kính thưa bà con.\nSáng nay trời nắng.\n\nChiều nay có mưa rào và dông.",
    "one word": "Mưa.",
}
VOICES = ["espeak/vi", "espeak/vi-vn-x-central", "espeak/vi-vn-x-south"]


def spoken(text, code):
    voice = choose_voice("vi", code)
    return speech_of(rules.passages(text), engine=engine_of(voice), voice=voice)


@pytest.mark.parametrize("code", VOICES)
@pytest.mark.parametrize("name", TEXTS)
def test_speech_reaches_its_loudness_and_stays_below_the_ceiling(tmp_path, name, code):
    result = mastering.master(resampled(spoken(TEXTS[name], code)), tmp_path)
    for path in (result.opus, result.mp3):
        content = decode(path)
        found, peak = ffmpeg_says(content)
        assert abs(found - c.TARGET_LUFS) <= c.TOLERANCE_LU, (path.name, found)
        assert peak <= c.CEILING_DBTP, (path.name, peak)
        assert len(content) / RATE == pytest.approx(result.duration_seconds, abs=0.03)
    assert abs(result.loudness_lufs - c.TARGET_LUFS) <= c.TOLERANCE_LU
    assert result.true_peak_dbtp <= c.CEILING_DBTP


@pytest.mark.parametrize("level", [0.01, 0.05, 1.0, 8.0])
def test_a_recording_of_any_level_reaches_the_same_loudness(tmp_path, level):
    result = mastering.master([voice_like(6, level=level)], tmp_path)
    for path in (result.opus, result.mp3):
        found, peak = ffmpeg_says(decode(path))
        assert abs(found - c.TARGET_LUFS) <= c.TOLERANCE_LU
        assert peak <= c.CEILING_DBTP


def test_a_single_knock_in_quiet_speech_does_not_make_it_quiet(tmp_path):
    content = voice_like(8, level=0.02)
    content[RATE * 3 : RATE * 3 + 40] = 0.98
    result = mastering.master([content], tmp_path)
    found, peak = ffmpeg_says(decode(result.mp3))
    assert abs(found - c.TARGET_LUFS) <= c.TOLERANCE_LU
    assert peak <= c.CEILING_DBTP


def test_the_same_sound_gives_the_same_bytes(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    files = []
    for folder in folders:
        folder.mkdir()
        result = mastering.master([voice_like(3)], folder)
        files.append((result.opus.read_bytes(), result.mp3.read_bytes()))
    assert files[0] == files[1]


def test_silence_around_speech_is_cut_to_the_stated_length(tmp_path):
    silence = np.zeros(RATE * 3, dtype=np.float32)
    result = mastering.master([silence, voice_like(4), silence], tmp_path)
    content = np.abs(decode(result.mp3))
    loud = np.flatnonzero(content > content.max() / 30)
    assert loud[0] / RATE == pytest.approx(c.LEAD_SECONDS, abs=0.06)
    assert (len(content) - loud[-1]) / RATE == pytest.approx(c.TAIL_SECONDS, abs=0.12)
    assert result.duration_seconds == pytest.approx(4 + c.LEAD_SECONDS + c.TAIL_SECONDS, abs=0.2)


def test_speech_that_starts_at_once_is_given_its_silence(tmp_path):
    """eSpeak's first sample is sound: a loudspeaker that takes 100 ms to wake would eat it."""
    result = mastering.master(resampled(spoken(TEXTS["one word"], "espeak/vi")), tmp_path)
    content = np.abs(decode(result.mp3))
    assert content[: round(0.1 * RATE)].max() < content.max() / 30
    assert content[-round(0.2 * RATE) :].max() < content.max() / 30


def test_silence_is_refused(tmp_path):
    with pytest.raises(mastering.SilentSound):
        mastering.master([np.zeros(RATE * 5, dtype=np.float32)], tmp_path)
    with pytest.raises(mastering.SilentSound):
        mastering.master([], tmp_path)


@pytest.mark.parametrize("code", VOICES)
def test_speech_takes_as_long_as_a_person_would(tmp_path, code):
    syllables = len(TEXTS["notice"].split())
    result = mastering.master(resampled(spoken(TEXTS["notice"], code)), tmp_path)
    assert 0.15 < result.duration_seconds / syllables < 0.42


@settings(max_examples=25, deadline=None)
@given(
    seconds=st.floats(0.5, 4),
    level=st.floats(0.01, 1.5),
    seed=st.integers(0, 2**16),
    frequency=st.floats(60, 15_000),
)
def test_our_meter_agrees_with_ffmpegs(seconds, level, seed, frequency):
    count = round(seconds * 10) * RATE // 10
    time = np.arange(count) / RATE
    tone = level * 0.5 * np.sin(2 * np.pi * frequency * time)
    content = voice_like(count / RATE, seed=seed, level=level * 0.5)[:count] + tone
    content = content.astype(np.float32)
    found, peak = ffmpeg_says(content)
    assert loudness.measure(content) == pytest.approx(found, abs=0.15)
    # FFmpeg states the peak as a fraction with three decimals.
    stated = 10 ** (peak / 20)
    assert truepeak.true_peak(content) == pytest.approx(stated, abs=0.0006, rel=0.02)


def test_a_peak_between_samples_is_found():
    """A tone at a quarter of the rate, 45° off: samples at 0.707, the wave at 1.0."""
    time = np.arange(RATE)
    content = np.sin(2 * np.pi * time / 4 + np.pi / 4).astype(np.float32)
    assert np.abs(content).max() == pytest.approx(0.7071, abs=1e-3)
    middle = content[1000:-1000]
    fade = np.hanning(2000)[:1000].astype(np.float32)
    shaped = np.concatenate([content[:1000] * fade, middle, content[-1000:] * fade[::-1]])
    assert truepeak.true_peak(shaped) == pytest.approx(1.0, abs=0.01)


def test_the_standards_reference_tone():
    """EBU Tech 3341, case 1: a 1 kHz tone at −23 dBFS in both channels reads −23 LUFS.

    In one channel that is 3.01 LU less.
    """
    time = np.arange(RATE * 20) / RATE
    tone = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    assert loudness.measure(tone) == pytest.approx(-23 - 3.01, abs=0.1)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20), ceiling=st.floats(-12, -1), share=st.floats(0.001, 0.2))
def test_the_limiter_never_lets_a_peak_through(seed, ceiling, share):
    generator = np.random.default_rng(seed)
    peaks = generator.uniform(0.001, 0.2, 1000).astype(np.float32)
    spikes = generator.random(1000) < share
    peaks[spikes] *= generator.uniform(2, 60, spikes.sum()).astype(np.float32)
    energies = np.square(peaks.reshape(-1, 10)).mean(axis=1).astype(np.float64) / 8
    gains = limiter.gain_for(peaks, energies, target_lufs=-18.0, ceiling_db=ceiling)
    assert len(gains) == len(peaks) + 1
    worst = np.maximum(gains[:-1], gains[1:]) * peaks
    assert 20 * np.log10(worst.max()) <= ceiling + 0.01


def test_every_voice_says_something():
    sentence = {"zh": "你好", "ja": "こんにちは", "ko": "안녕하세요", "ru": "Здравствуйте"}
    for voice in all_voices():
        text = sentence.get(voice.language, "Xin chào bà con.")
        (speech,) = engine_of(voice).speak([text], voice=voice)
        assert len(speech.samples) / speech.sample_rate > 0.3, voice
        assert np.abs(speech.samples).max() > 0.1, voice
