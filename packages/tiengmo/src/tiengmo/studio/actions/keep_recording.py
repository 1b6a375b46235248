from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.studio import recordings
from tiengmo.voices.actions import accept_recording
from tiengmo.voices.errors import UnusableSound

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.studio.models import LiveTakeover


def keep_recording(takeover: LiveTakeover, *, by: Actor, language: str = "vi") -> None:
    """Turn what went out into a sound that can be broadcast again. Doing so twice is no error."""
    if takeover.recording_id is not None or takeover.recording_note:
        return
    paths = recordings.files_of(takeover.pk)
    if not paths:
        note = _("Buổi phát không có tiếng nào để lưu.")
    else:
        working = Path(settings.SOUND_ROOT) / ".work"
        working.mkdir(parents=True, exist_ok=True)
        note = ""
        with tempfile.TemporaryDirectory(dir=working) as folder:
            target = Path(folder) / "takeover.flac"
            recordings.write_flac(paths, target)
            try:
                takeover.recording = accept_recording(target, language=language, by=by)
            except UnusableSound as error:
                note = str(error)
    with transaction.atomic():
        takeover.recording_note = note[:300]
        takeover.save(update_fields=["recording", "recording_note"])
        record(
            "studio.recording_kept",
            by=by,
            subject=takeover,
            detail={"sound": takeover.recording_id, "note": takeover.recording_note},
        )
    # Only now: a worker that dies before this begins again.
    for path in paths:
        path.unlink(missing_ok=True)
