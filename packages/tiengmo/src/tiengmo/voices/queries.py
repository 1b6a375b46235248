from __future__ import annotations

from typing import Any

from django.urls import reverse

from .audio.encoding import MP3, OPUS
from .models import Sound, SoundFile


def public_file(sha256: str, suffix: str) -> SoundFile | None:
    """Give a rendered file by its address; a recording as it was uploaded is never public."""
    coding = {MP3.suffix: MP3, OPUS.suffix: OPUS}.get(suffix)
    if coding is None:
        return None
    return SoundFile.objects.filter(sha256=sha256, media_type=coding.media_type).first()


def public_url(file: SoundFile) -> str:
    return reverse("voices:sound", args=[file.sha256, file.suffix.removeprefix(".")])


def describe(sound: Sound) -> dict[str, Any]:
    """Give what the staff pages show of a sound, as JSON.

    Its name outside is its key, which nobody can guess: numbers could be counted through, and would
    tell every commune what the others are writing.
    """
    return {
        "id": sound.key,
        "status": sound.status,
        "status_text": str(sound.get_status_display()),
        "origin": sound.origin,
        "progress": sound.progress,
        "error": sound.error,
        "note": sound.note,
        "language": sound.language,
        "voice": sound.voice,
        "spoken_text": sound.spoken_text,
        "duration_ms": sound.duration_ms,
        "loudness_lufs": sound.loudness_lufs,
        "true_peak_dbtp": sound.true_peak_dbtp,
        "mp3_url": reverse("voices_staff:file", args=[sound.key, "mp3"]) if sound.mp3_id else "",
        "opus_url": reverse("voices_staff:file", args=[sound.key, "opus"]) if sound.opus_id else "",
        "status_url": reverse("voices_staff:status", args=[sound.key]),
    }
