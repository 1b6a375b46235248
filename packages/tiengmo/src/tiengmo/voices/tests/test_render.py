"""One renderer at a time; a dead one is replaced; what cannot help is said in Vietnamese."""

import os
import signal
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.outbox.actions import sweep
from tiengmo.outbox.models import OutboxEntry
from tiengmo.voices import events
from tiengmo.voices.actions import render, speak
from tiengmo.voices.actions.render import LEASE, MOST_ATTEMPTS
from tiengmo.voices.engines import choose_voice, engine_of
from tiengmo.voices.engines.espeak import Espeak
from tiengmo.voices.errors import EngineFailed, RenderedElsewhere
from tiengmo.voices.models import Sound, SoundFile

pytestmark = pytest.mark.django_db
# The package's name `render` is the action; this is the module it lives in.
MODULE = sys.modules[render.__module__]


@pytest.fixture
def sound():
    return speak("Thông báo họp thôn tối nay.", language="vi")


def test_the_worker_renders_what_was_asked_for(sound):
    heard = []
    events.sound_ready.connect(
        lambda sound, **_: heard.append(sound.pk), weak=False, dispatch_uid=1
    )
    try:
        assert sweep(["sound.render"]) == 1
    finally:
        events.sound_ready.disconnect(dispatch_uid=1)
    sound.refresh_from_db()
    assert sound.is_ready
    assert sound.progress == 100
    assert heard == [sound.pk]
    assert OutboxEntry.objects.get(topic="sound.render").done_at


def test_two_renderers_never_work_on_one_sound(sound):
    now = timezone.now()
    Sound.objects.update(status="rendering", leased_until=now + timedelta(seconds=20), attempts=1)
    with pytest.raises(RenderedElsewhere) as caught:
        render(sound.pk)
    assert 15 < caught.value.seconds <= 20
    assert sweep(["sound.render"]) == 1
    entry = OutboxEntry.objects.get(topic="sound.render")
    assert entry.done_at is None
    assert entry.attempts == 0
    assert entry.due_at > now + timedelta(seconds=15)


def test_a_killed_renderers_work_is_taken_up_again(sound):
    past = timezone.now() - timedelta(seconds=1)
    Sound.objects.update(status="rendering", leased_until=past, attempts=1, progress=40)
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.is_ready
    assert sound.attempts == 2


def test_a_renderer_that_lost_its_lease_changes_nothing(sound, monkeypatch):
    """It was stopped so long that another took over: what it made must not be stored over that."""

    def slow(*args, **kwargs):
        Sound.objects.filter(pk=sound.pk).update(
            attempts=2, leased_until=timezone.now() + LEASE, progress=77
        )
        return original(*args, **kwargs)

    from tiengmo.voices.audio.mastering import master as original

    monkeypatch.setattr(MODULE, "master", slow)
    with pytest.raises(RenderedElsewhere):
        render(sound.pk)
    sound.refresh_from_db()
    assert (sound.status, sound.attempts, sound.progress) == ("rendering", 2, 77)
    assert sound.opus is None


def test_progress_rises_and_keeps_the_lease(monkeypatch):
    seen = []
    monkeypatch.setattr(MODULE, "WRITE_PROGRESS_SECONDS", 0.0)
    original = MODULE._Work.progress

    def watched(work, percent):
        Sound.objects.update(leased_until=timezone.now())
        original(work, percent)
        row = Sound.objects.get()
        seen.append((row.progress, row.leased_until > timezone.now() + LEASE / 2))

    monkeypatch.setattr(MODULE._Work, "progress", watched)
    sound = speak("Thông báo họp thôn tối nay lúc bảy giờ. " * 40, language="vi")
    render(sound.pk)
    percents = [percent for percent, _held in seen]
    assert percents == sorted(percents)
    assert percents[0] < 20
    assert percents[-1] > 60
    assert len(set(percents)) > 4
    assert all(held for _percent, held in seen)


def test_a_renderer_that_loses_its_lease_stops_in_the_middle(monkeypatch):
    monkeypatch.setattr(MODULE, "WRITE_PROGRESS_SECONDS", 0.0)
    sound = speak("Thông báo họp thôn tối nay lúc bảy giờ. " * 40, language="vi")
    original = MODULE._Work.progress

    def overtaken(work, percent):
        if percent > 20:
            Sound.objects.update(attempts=9)
        original(work, percent)

    monkeypatch.setattr(MODULE._Work, "progress", overtaken)
    with pytest.raises(RenderedElsewhere):
        render(sound.pk)
    sound.refresh_from_db()
    assert sound.opus is None
    assert sound.attempts == 9


def test_a_passing_failure_is_tried_again_and_then_said(sound, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MODULE, "master", fail)
    for attempt in range(1, MOST_ATTEMPTS):
        with pytest.raises(OSError, match="No space"):
            render(sound.pk)
        sound.refresh_from_db()
        assert (sound.status, sound.attempts) == ("waiting", attempt)
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.status == Sound.Status.FAILED
    assert f"sau {MOST_ATTEMPTS} lần thử" in sound.error
    assert "No space left" in sound.error


def test_a_sound_that_kills_every_renderer_is_given_up(sound):
    past = timezone.now() - timedelta(seconds=1)
    Sound.objects.update(status="rendering", leased_until=past, attempts=MOST_ATTEMPTS)
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.status == Sound.Status.FAILED
    assert "máy dừng giữa chừng" in sound.error


def test_a_deleted_sound_is_no_error(sound):
    Sound.objects.all().delete()
    render(sound.pk)
    assert not Sound.objects.exists()
    assert not SoundFile.objects.exists()


def test_espeak_killed_between_passages_is_started_again():
    engine, voice = Espeak(), choose_voice("vi")
    speech = engine.speak(["Câu thứ nhất.", "Câu thứ hai."], voice=voice)
    first = next(speech)
    os.kill(engine._process.pid, signal.SIGKILL)
    second = next(speech)
    assert len(first.samples) > 1000
    assert len(second.samples) > 1000
    engine._process.end()


def test_espeak_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr("tiengmo.voices.engines.espeak.LONGEST_WAIT_SECONDS", 0.5)
    engine, voice = Espeak(), choose_voice("vi")
    next(engine.speak(["Một."], voice=voice))
    process = engine._process
    os.kill(process.pid, signal.SIGSTOP)
    (speech,) = engine.speak(["Hai."], voice=voice)
    assert len(speech.samples) > 1000
    assert process._popen.poll() is not None
    engine._process.end()


def test_a_voice_that_espeak_does_not_know_fails_and_harms_nobody():
    from tiengmo.voices.engines import Voice

    engine = Espeak()
    with pytest.raises(EngineFailed):
        list(engine.speak(["Xin chào"], voice=Voice("espeak/khong-co", "vi", "")))
    (speech,) = engine.speak(["Xin chào"], voice=choose_voice("vi"))
    assert len(speech.samples) > 1000
    engine._process.end()


def test_text_cannot_give_espeak_orders():
    """Markup and phoneme codes are read as text, not obeyed."""
    engine = engine_of(choose_voice("vi"))
    voice = choose_voice("vi")
    for text in [
        "<audio src='/etc/passwd'/> xin chào",
        "[[h@'loU]] xin chào",
        "a\0b\nc",
        '"},{" xin chào',
    ]:
        (speech,) = engine.speak([text], voice=voice)
        assert len(speech.samples) > 1000
