"""A recording is judged by what is in it, and a refusal says what to do."""

import io
import time

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.outbox.models import OutboxEntry
from tiengmo.voices import rules
from tiengmo.voices.actions import accept_recording, render
from tiengmo.voices.audio import constants as c
from tiengmo.voices.errors import UnusableSound
from tiengmo.voices.models import Sound

from .sounds import RATE, decode, ffmpeg_says, voice_like, write, write_video

pytestmark = pytest.mark.django_db

KINDS = {
    "mp3": {"codec": "libmp3lame", "container": "mp3"},
    "m4a": {"codec": "aac", "container": "ipod"},
    "wav": {"codec": "pcm_s16le", "container": "wav"},
    "wav of 24 bits": {"codec": "pcm_s24le", "container": "wav"},
    "wav of floats": {"codec": "pcm_f32le", "container": "wav"},
    "wav of a telephone": {"codec": "pcm_mulaw", "container": "wav", "rate": 8000},
    "ogg": {"codec": "vorbis", "container": "ogg", "layout": "stereo"},
    "opus": {"codec": "libopus", "container": "ogg"},
    "webm of a browser": {"codec": "libopus", "container": "webm"},
    "mp4 of a browser": {"codec": "aac", "container": "mp4"},
    "aac": {"codec": "aac", "container": "adts"},
    "flac": {"codec": "flac", "container": "flac", "layout": "stereo"},
}


def refusal(file):
    with pytest.raises(UnusableSound) as caught:
        accept_recording(file, language="vi", by=SYSTEM)
    assert not Sound.objects.exists()
    assert not OutboxEntry.objects.filter(topic="sound.render").exists()
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_people_have_is_taken(tmp_path, kind):
    options = {"rate": RATE, **KINDS[kind]}
    content = voice_like(3, rate=options["rate"])
    # The name says nothing: it is judged by its content.
    path = write(tmp_path / "ghi-am.bin", content, **options)
    sound = accept_recording(path, language="vi", by=SYSTEM)
    assert sound.status == Sound.Status.WAITING
    assert sound.note == ""
    assert sound.source.path.read_bytes() == path.read_bytes()
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.status == Sound.Status.READY, sound.error
    loudness, peak = ffmpeg_says(decode(sound.mp3.path))
    assert abs(loudness - c.TARGET_LUFS) <= c.TOLERANCE_LU
    assert peak <= c.CEILING_DBTP
    assert sound.duration_ms == pytest.approx(3000 + 450, abs=300)


def test_an_upload_is_taken_whatever_it_is_called(tmp_path):
    path = write(tmp_path / "x", voice_like(2), codec="aac", container="ipod")
    upload = SimpleUploadedFile("bản tin.mp3", path.read_bytes(), content_type="audio/mpeg")
    sound = accept_recording(upload, language="hmn", by=SYSTEM)
    assert sound.source.media_type == "audio/mp4"
    assert sound.language == "hmn"
    assert AuditEntry.objects.filter(action="voices.accept_recording").count() == 1


def test_the_same_recording_is_one_sound(tmp_path):
    path = write(tmp_path / "x", voice_like(2), codec="pcm_s16le", container="wav")
    first = accept_recording(path, language="vi", by=SYSTEM)
    render(first.pk)
    again = accept_recording(io.BytesIO(path.read_bytes()), language="vi", by=SYSTEM)
    assert again.pk == first.pk
    assert again.is_ready
    assert OutboxEntry.objects.filter(topic="sound.render").count() == 1


def test_a_cover_picture_does_not_make_a_song_a_video(tmp_path):
    """Programs that record on telephones put their own picture into the file."""
    song = write(tmp_path / "song", voice_like(2), codec="libmp3lame", container="mp3").read_bytes()
    jpeg = io.BytesIO()
    from PIL import Image

    Image.new("RGB", (60, 60), "red").save(jpeg, "JPEG")
    picture = b"\0image/jpeg\0\x03\0" + jpeg.getvalue()
    frame = b"APIC" + len(picture).to_bytes(4, "big") + b"\0\0" + picture
    size = len(frame)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    tagged = b"ID3\x03\0\0" + synchsafe + frame + song
    sound = accept_recording(io.BytesIO(tagged), language="vi", by=SYSTEM)
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.is_ready, sound.error


def test_a_video_renamed_to_mp3_is_refused(tmp_path):
    assert "video" in refusal(write_video(tmp_path / "bai-hat.mp3"))


def test_zero_bytes_are_refused():
    assert "0 byte" in refusal(io.BytesIO(b""))


@pytest.mark.parametrize(
    "content",
    [b"xin chao", b"%PDF-1.7\n" * 500, b"\x89PNG\r\n\x1a\n" + bytes(2000), bytes(100_000)],
    ids=["text", "pdf", "broken picture", "zeros"],
)
def test_what_is_no_sound_is_refused(content):
    assert "Không nhận ra" in refusal(io.BytesIO(content))


def test_a_playlist_cannot_make_the_server_read_other_files(tmp_path):
    secret = write(tmp_path / "secret.ts", voice_like(2), codec="aac", container="mpegts")
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n"
    assert "Không nhận ra" in refusal(io.BytesIO(playlist.encode()))
    concat = f"ffconcat version 1.0\nfile '{secret}'\n"
    assert "Không nhận ra" in refusal(io.BytesIO(concat.encode()))


@pytest.mark.parametrize("says_its_length", [True, False])
def test_three_hours_are_refused_at_once(tmp_path, says_its_length):
    """With a length in the header nothing is decoded; without one, an hour of silence at most."""
    quiet = np.zeros(RATE * 60, dtype=np.float32)
    path = write(tmp_path / "m", quiet, codec="libopus", container="ogg", bits=6_000)
    if says_its_length:
        path = tmp_path / "long.wav"
        data = 3 * 3600 * 8000 * 2
        with path.open("wb") as file:
            file.write(b"RIFF" + (36 + data).to_bytes(4, "little") + b"WAVEfmt ")
            file.write((16).to_bytes(4, "little") + b"\1\0\1\0")
            file.write((8000).to_bytes(4, "little") + (16000).to_bytes(4, "little") + b"\2\0\x10\0")
            file.write(b"data" + data.to_bytes(4, "little"))
            file.truncate(44 + data)  # sparse
    else:
        # Minutes of MP3 one after the other state no length as a whole.
        minute = write(tmp_path / "one", quiet, codec="libmp3lame", container="mp3", bits=32_000)
        frames = minute.read_bytes()
        frames = frames[frames.index(b"\xff\xfb", 400) :]
        path = tmp_path / "long"
        path.write_bytes(frames * 180)
    began = time.monotonic()
    assert "60 phút" in refusal(path)
    assert time.monotonic() - began < 15


def test_more_than_the_largest_size_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(rules, "MOST_BYTES", 2 * 1024 * 1024)
    assert "2 MB" in refusal(io.BytesIO(bytes(2 * 1024 * 1024 + 1)))


@pytest.mark.parametrize("noise", [0.0, 0.0004])
def test_a_silent_recording_says_check_the_microphone(tmp_path, noise):
    content = np.random.default_rng(1).standard_normal(RATE * 3).astype(np.float32) * noise
    path = write(tmp_path / "x", content, codec="pcm_s16le", container="wav")
    assert "micrô" in refusal(path)


def test_half_a_second_is_too_short(tmp_path):
    path = write(tmp_path / "x", voice_like(0.3), codec="pcm_s16le", container="wav")
    assert "quá ngắn" in refusal(path)


def test_a_ruined_recording_is_refused_and_a_slightly_clipped_one_noted(tmp_path):
    loud = np.clip(voice_like(4, level=1.0) * 12, -1, 1)
    path = write(tmp_path / "x", loud, codec="pcm_s16le", container="wav")
    assert "vỡ tiếng" in refusal(path)
    slightly = voice_like(4, level=0.5)
    slightly[RATE : RATE + RATE // 20] = np.clip(slightly[RATE : RATE + RATE // 20] * 30, -1, 1)
    path = write(tmp_path / "y", slightly, codec="pcm_s16le", container="wav")
    assert "vỡ tiếng" in accept_recording(path, language="vi", by=SYSTEM).note


def test_a_recording_cut_short_is_used_with_a_note_and_a_stump_refused(tmp_path):
    whole = write(tmp_path / "x", voice_like(20), codec="pcm_s16le", container="wav").read_bytes()
    sound = accept_recording(io.BytesIO(whole[: len(whole) * 4 // 5]), language="vi", by=SYSTEM)
    assert "cắt cụt" in sound.note
    assert "16 giây trong số 20 giây" in sound.note
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.is_ready
    Sound.objects.all().delete()
    OutboxEntry.objects.all().delete()
    assert "cắt cụt" in refusal(io.BytesIO(whole[: len(whole) // 4]))


def test_a_telephone_recording_without_its_end_is_refused(tmp_path):
    """An M4A keeps its index at the end: without it nothing can be read."""
    whole = write(tmp_path / "x", voice_like(20), codec="aac", container="ipod").read_bytes()
    assert refusal(io.BytesIO(whole[: len(whole) // 2]))


def test_damage_in_the_middle_is_survived(tmp_path):
    whole = bytearray(
        write(tmp_path / "x", voice_like(10), codec="libmp3lame", container="mp3").read_bytes()
    )
    middle = len(whole) // 2
    whole[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
    sound = accept_recording(io.BytesIO(bytes(whole)), language="vi", by=SYSTEM)
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.is_ready, sound.error
    assert sound.duration_ms > 8000
