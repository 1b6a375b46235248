from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tiengmo.newsroom import languages
from tiengmo.voices.errors import NoVoice, VoicesError
from tiengmo.voices.models import Sound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiengmo.newsroom.models import Bulletin, Edition
    from tiengmo.people.models import User


def choose_sounds(
    bulletin: Bulletin, before: Mapping[str, int | None], *, by: User
) -> dict[str, str]:
    """Give each language version the sound of exactly its script, before it is saved.

    A recording is kept as chosen, together with the script it was chosen for; without one the
    script is spoken, by the voice chosen before if there is one (`speak` renders the same words
    once). before: sounds of the version before, by language. Returns sound keys by language.
    Raises ValidationError when a text cannot be spoken.
    """
    chosen = {}
    for version in bulletin.language_versions():
        if version.sound is not None and version.sound.origin == Sound.Origin.RECORDING:
            if before.get(version.language) != version.sound_id or version.recording_fits:
                version.sound_script = version.script
        else:
            version.sound = _speech(version, by=by)
            version.sound_script = version.script if version.sound is not None else ""
        if version.sound is not None:
            chosen[version.language] = version.sound.key[:16]
    return chosen


def _speech(version: Bulletin | Edition, *, by: User) -> Sound | None:
    from tiengmo.voices.actions import speak

    if not version.script:
        return None
    voice = version.sound.voice if version.sound is not None else ""
    try:
        return speak(version.script, language=version.language, voice=voice, by=by)
    except NoVoice:
        # No machine speaks this language: it waits for a recording, and `problems_of` says so.
        return None
    except VoicesError as error:
        raise ValidationError(
            _("%(language)s: %(error)s")
            % {"language": languages.name_of(version.language), "error": error}
        ) from error
