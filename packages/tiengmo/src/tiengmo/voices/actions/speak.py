from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.outbox.actions import announce
from tiengmo.voices import rules
from tiengmo.voices.allowance import charge
from tiengmo.voices.engines import choose_voice, engine_of
from tiengmo.voices.errors import NothingToSpeak, TextTooLong
from tiengmo.voices.models import Sound
from tiengmo.voices.wording import spoken

if TYPE_CHECKING:
    from tiengmo.people.models import User


def speak(text: str, *, language: str, voice: str = "", by: User | None = None) -> Sound:
    """Ask for a text to be spoken, and give the sound it will be; rendering follows by itself.

    The same words by the same voice are one sound, rendered once. voice: a code of
    `engines.all_voices()`, default the preferred one of the language. by: whose allowance pays for
    it; without one (the system's own work, an alert) it is not counted. Raises NothingToSpeak,
    TextTooLong, NoVoice and TooMuchSpeech, all with a Vietnamese text for the person.
    """
    if len(text) > rules.MOST_CHARACTERS:
        raise TextTooLong(len(text), rules.MOST_CHARACTERS)
    chosen = choose_voice(language, voice)
    spoken_text = spoken(text, voice=chosen)
    if not rules.passages(spoken_text):
        raise NothingToSpeak
    key = rules.speech_key(
        voice=chosen.code,
        engine_version=engine_of(chosen).version(),
        language=language,
        spoken_text=spoken_text,
    )
    with transaction.atomic():
        sound, is_new = Sound.objects.get_or_create(
            key=key,
            defaults={
                "origin": Sound.Origin.SPEECH,
                "language": language,
                "voice": chosen.code,
                "text": text,
                "spoken_text": spoken_text,
            },
        )
        if by is not None and (is_new or sound.status == Sound.Status.FAILED):
            charge(sound, by=by)
        ask_for_rendering(sound, is_new=is_new)
    return sound


def ask_for_rendering(sound: Sound, *, is_new: bool) -> None:
    """Announce a new sound, and once more one that failed before: asking again is trying again."""
    if not is_new:
        revived = Sound.objects.filter(pk=sound.pk, status=Sound.Status.FAILED).update(
            status=Sound.Status.WAITING, error="", progress=0, attempts=0, leased_until=None
        )
        if not revived:
            return
        sound.refresh_from_db()
    announce("sound.render", {"sound": sound.pk}, key=f"sound.render:{sound.pk}")
