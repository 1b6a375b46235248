from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from tiengmo.voices.errors import NoVoice

from .espeak import Espeak

if TYPE_CHECKING:
    from .interface import Engine, Voice


@cache
def _engines(piper_model: str) -> dict[str, Engine]:
    engines: dict[str, Engine] = {}
    if piper_model:
        from .piper import Piper

        engines["piper"] = Piper(piper_model)
    engines["espeak"] = Espeak()
    return engines


def _configured() -> dict[str, Engine]:
    """The engines of this installation, the preferred one first."""
    return _engines(str(getattr(settings, "PIPER_MODEL", "")))


def all_voices() -> list[Voice]:
    return [voice for engine in _configured().values() for voice in engine.voices()]


def engine_of(voice: Voice) -> Engine:
    return _configured()[voice.engine]


def choose_voice(language: str, code: str = "") -> Voice:
    """Say which voice speaks this language here: the one asked for, else the preferred one.

    Raises NoVoice. A regional tag falls back to its language: vi-VN is spoken by a voice for vi.
    """
    voices = all_voices()
    wanted = language.lower()
    if code:
        for voice in voices:
            if voice.code == code and _speaks(voice, wanted):
                return voice
        raise NoVoice(
            _("Không có giọng đọc “%(code)s” cho ngôn ngữ này. Hãy chọn giọng khác.")
            % {"code": code}
        )
    preferred = str(getattr(settings, "DEFAULT_VOICE", ""))
    speaking = [voice for voice in voices if _speaks(voice, wanted)]
    for voice in speaking:
        if voice.code == preferred:
            return voice
    if not speaking:
        raise NoVoice(
            _(
                "Chưa có giọng đọc tổng hợp cho ngôn ngữ này (%(language)s). "
                "Hãy nhờ người nói được thứ tiếng này thu âm."
            )
            % {"language": language}
        )
    return speaking[0]


def _speaks(voice: Voice, language: str) -> bool:
    return voice.language.partition("-")[0].lower() == language.partition("-")[0]
