import sys

import pytest

from tiengmo.outbox.models import OutboxEntry
from tiengmo.voices import rules
from tiengmo.voices.actions import render, speak
from tiengmo.voices.errors import NothingToSpeak, NoVoice, TextTooLong
from tiengmo.voices.models import Abbreviation, Sound, SoundFile

pytestmark = pytest.mark.django_db


def test_the_same_words_are_rendered_once(monkeypatch):
    sound = speak("Sáng mai có chợ phiên.", language="vi")
    assert sound.status == Sound.Status.WAITING
    assert speak("Sáng mai có chợ phiên.", language="vi").pk == sound.pk
    # Decomposed letters and other spaces are the same words.
    assert speak(" Sa\u0301ng mai có chợ phiên. ", language="vi").pk == sound.pk
    assert OutboxEntry.objects.filter(topic="sound.render").count() == 1
    render(sound.pk)
    sound.refresh_from_db()
    assert sound.is_ready
    ready_at = sound.ready_at

    def fail(*_args, **_kwargs):
        raise AssertionError("rendered twice")

    monkeypatch.setattr(sys.modules[render.__module__], "master", fail)
    again = speak("Sáng mai có chợ phiên.", language="vi")
    assert again.is_ready
    render(again.pk)
    again.refresh_from_db()
    assert again.ready_at == ready_at


def test_another_voice_is_another_sound():
    north = speak("Xin chào.", language="vi", voice="espeak/vi")
    south = speak("Xin chào.", language="vi", voice="espeak/vi-vn-x-south")
    assert north.pk != south.pk


def test_the_installation_chooses_the_voice(settings):
    settings.DEFAULT_VOICE = "espeak/vi-vn-x-south"
    assert speak("Xin chào.", language="vi").voice == "espeak/vi-vn-x-south"


def test_what_is_spoken_is_in_words():
    spoken = speak("UBND xã họp ngày 03/8/2022, đạt 84,07%.", language="vi").spoken_text
    assert "ủy ban nhân dân" in spoken.lower()
    assert not any(letter.isdigit() for letter in spoken)


def test_the_offices_own_abbreviation_is_spoken_its_way():
    Abbreviation.objects.update_or_create(abbreviation="BXBV", defaults={"spoken": "bản Vược xanh"})
    Abbreviation.objects.create(abbreviation="Kzt", spoken="khu chợ", is_case_sensitive=False)
    spoken = speak("Họp tại BXBV và KZT.", language="vi").spoken_text
    assert "bản Vược xanh" in spoken
    assert "khu chợ" in spoken


def test_a_language_without_a_voice_asks_for_a_person():
    with pytest.raises(NoVoice, match="thu âm"):
        speak("Nyob zoo", language="hmn")
    with pytest.raises(NoVoice, match="giọng khác"):
        speak("Xin chào", language="vi", voice="espeak/khong-co")


@pytest.mark.parametrize("text", ["", "  \n ", "🎉🎉", "...!!!", "\u200b\x07"])
def test_nothing_to_say_is_said(text):
    with pytest.raises(NothingToSpeak):
        speak(text, language="vi")


def test_a_megabyte_is_too_much():
    with pytest.raises(TextTooLong, match="60000"):
        speak("xã " * 350_000, language="vi")


def test_a_failed_sound_is_tried_again_when_asked_again():
    sound = speak("Xin chào.", language="vi")
    OutboxEntry.objects.update(done_at="2026-01-01T00:00Z")
    Sound.objects.update(status=Sound.Status.FAILED, error="hỏng", attempts=5)
    again = speak("Xin chào.", language="vi")
    assert again.pk == sound.pk
    assert again.status == Sound.Status.WAITING
    assert OutboxEntry.objects.filter(topic="sound.render", done_at=None).count() == 1


def test_both_files_are_stored_and_named_by_content():
    sound = speak("Kính chào bà con.", language="vi")
    render(sound.pk)
    sound.refresh_from_db()
    assert SoundFile.objects.count() == 2
    for file in (sound.opus, sound.mp3):
        assert file.path.stat().st_size == file.bytes
    assert sound.opus.path.suffix == ".opus"
    assert not list(sound.opus.path.parent.parent.glob(".work/*"))


def test_long_text_is_cut_between_sentences_and_words():
    text = "Một câu ngắn. " * 200 + "từ" * 2000 + "\nĐoạn hai " + "từ " * 900
    found = rules.passages(text)
    assert all(len(part) <= rules.LONGEST_PASSAGE for part, _pause in found)
    assert "".join(part.replace(" ", "") for part, _pause in found) == "".join(text.split())
    pauses = [pause for _part, pause in found]
    assert pauses.count(rules.PAUSE_PARAGRAPH_SECONDS) == 2
