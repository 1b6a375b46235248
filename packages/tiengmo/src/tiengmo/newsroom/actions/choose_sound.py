from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tiengmo.voices.errors import VoicesError
from tiengmo.voices.models import Sound

from .. import languages
from ..models.spoken import SoundOrigin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..models import Bulletin, Edition


def choose_sounds(bulletin: Bulletin, before: Mapping[str, int | None]) -> dict[str, str]:
    """Give each language version the sound of exactly its script, before it is saved.

    Speech is asked for (once per content: `speak` returns what exists); a recording is kept as
    chosen, together with the script it was chosen for. before: sounds of the version before, by
    language. Returns sound keys by language. Raises ValidationError when a voice cannot read it.
    """
    chosen = {}
    for version in bulletin.language_versions():
        if version.sound_origin == SoundOrigin.SPEECH:
            _choose_speech(version)
        else:
            _choose_recording(version, is_new=before.get(version.language) != version.sound_id)
        if version.sound is not None:
            chosen[version.language] = version.sound.key[:16]
    return chosen


def _choose_speech(version: Bulletin | Edition) -> None:
    from tiengmo.voices.actions import speak

    if not version.script:
        version.sound, version.sound_script = None, ""
        return
    sound = version.sound
    is_made = (
        sound is not None
        and sound.origin == Sound.Origin.SPEECH
        and sound.status != Sound.Status.FAILED
        and version.sound_script == version.script
    )
    if not is_made:
        try:
            version.sound = speak(version.script, language=version.language)
        except VoicesError as error:
            raise ValidationError(
                _("%(language)s: %(error)s")
                % {"language": languages.name_of(version.language), "error": error}
            ) from error
    version.sound_script = version.script


def _choose_recording(version: Bulletin | Edition, *, is_new: bool) -> None:
    if version.sound is None or version.sound.origin == Sound.Origin.SPEECH:
        version.sound, version.sound_script = None, ""
    elif is_new or version.recording_fits:
        version.sound_script = version.script
