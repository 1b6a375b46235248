from __future__ import annotations

import hashlib

import pytest

# Before `speak` is replaced: the addresses are loaded once, and would keep the replacement.
import tiengmo.voices.web.staff  # noqa: F401
from tiengmo.voices.models import Sound

from .factories import Locality, ready_sound


@pytest.fixture(autouse=True)
def speech(monkeypatch):
    """Speech that is ready at once: rendering is tested where it lives. Returns what was asked."""
    asked = []

    def speak(text, *, language, voice="", by=None):
        asked.append((text, language))
        key = hashlib.sha256(f"{language}:{voice}:{text}".encode()).hexdigest()
        return ready_sound(text, key=key, language=language)

    monkeypatch.setattr("tiengmo.voices.actions.speak", speak, raising=False)
    return asked


@pytest.fixture
def locality(db):
    return Locality()


@pytest.fixture
def unready():
    """Make a bulletin's sound one that is still being rendered."""

    def make(bulletin, status=Sound.Status.RENDERING):
        Sound.objects.filter(pk=bulletin.sound_id).update(status=status)

    return make
