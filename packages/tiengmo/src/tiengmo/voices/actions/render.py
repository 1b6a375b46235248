from __future__ import annotations

import logging
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import av
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.foundation import blobs
from tiengmo.voices import rules
from tiengmo.voices.audio.decoding import resampled, samples
from tiengmo.voices.audio.encoding import MP3, OPUS, Coding
from tiengmo.voices.audio.mastering import Mastered, SilentSound, master
from tiengmo.voices.engines import choose_voice, engine_of
from tiengmo.voices.engines.passages import speech_of
from tiengmo.voices.errors import RenderedElsewhere, VoicesError
from tiengmo.voices.events import sound_failed, sound_ready
from tiengmo.voices.models import Sound, SoundFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
WRITE_PROGRESS_SECONDS = 1.0
MOST_ATTEMPTS = 5


def render(sound_id: int) -> None:
    """Make the files of a sound. Safe to call twice, at once, and after a renderer was killed.

    One renderer at a time holds the lease and renews it as it goes. Raises RenderedElsewhere while
    another holds it, and whatever went wrong when another try may help; what cannot help ends as
    Sound.FAILED with a text for the person.
    """
    sound = _take_up(sound_id)
    if sound is None:
        return
    work = _Work(sound)
    try:
        _render(sound, work.progress)
    except RenderedElsewhere:
        raise
    except VoicesError as error:
        work.fail(str(error))
    except SilentSound:
        work.fail(_("Không nghe thấy gì trong âm thanh này."))
    except av.error.InvalidDataError:
        work.fail(_("Tệp âm thanh bị hỏng, không đọc được. Hãy thu hoặc tải lên lại."))
    except Exception as error:
        logger.exception("voices: rendering %s failed (attempt %d)", sound, sound.attempts)
        if sound.attempts < MOST_ATTEMPTS:
            work.put_back()
            raise
        work.fail(
            _("Không tạo được âm thanh sau %(count)d lần thử: %(error)s")
            % {"count": sound.attempts, "error": f"{type(error).__name__}: {error}"[:300]}
        )


def _take_up(sound_id: int) -> Sound | None:
    now = timezone.now()
    with transaction.atomic():
        sound = Sound.objects.select_for_update().filter(pk=sound_id).first()
        if sound is None or sound.status in {Sound.Status.READY, Sound.Status.FAILED}:
            return None
        if sound.leased_until is not None and sound.leased_until > now:
            raise RenderedElsewhere((sound.leased_until - now).total_seconds())
        if sound.attempts >= MOST_ATTEMPTS:
            # Whoever took it up before never came back to say why: killed, most likely by it.
            sound.status = Sound.Status.FAILED
            sound.error = _("Không tạo được âm thanh: máy dừng giữa chừng %(count)d lần.") % {
                "count": sound.attempts
            }
            sound.save(update_fields=["status", "error"])
            sound_failed.send(Sound, sound=sound)
            return None
        sound.status = Sound.Status.RENDERING
        sound.leased_until = now + LEASE
        sound.attempts += 1
        sound.progress = 0
        sound.save(update_fields=["status", "leased_until", "attempts", "progress"])
    return sound


class _Work:
    """One renderer's hold on a sound."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._mine = Sound.objects.filter(
            pk=sound.pk, attempts=sound.attempts, status=Sound.Status.RENDERING
        )
        self._written_at = time.monotonic()

    def progress(self, percent: int) -> None:
        """Show how far it is, and keep the lease. Written at most once a second."""
        if time.monotonic() - self._written_at < WRITE_PROGRESS_SECONDS:
            return
        self._written_at = time.monotonic()
        if not self._mine.update(progress=min(percent, 99), leased_until=timezone.now() + LEASE):
            raise RenderedElsewhere(LEASE.total_seconds())

    def put_back(self) -> None:
        self._mine.update(status=Sound.Status.WAITING, leased_until=None, progress=0)

    def fail(self, error: str) -> None:
        with transaction.atomic():
            if self._mine.update(status=Sound.Status.FAILED, error=error, leased_until=None):
                self._sound.refresh_from_db()
                sound_failed.send(Sound, sound=self._sound)


def _render(sound: Sound, progress: Callable[[int], None]) -> None:
    working = Path(settings.SOUND_ROOT) / ".work"
    working.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=working) as folder:
        mastered = master(_pieces(sound), Path(folder), progress)
        files = {
            coding: (path, blobs.put(path, coding.suffix), path.stat().st_size)
            for coding, path in ((OPUS, mastered.opus), (MP3, mastered.mp3))
        }
    _finish(sound, mastered, {coding: facts[1:] for coding, facts in files.items()})


def _finish(sound: Sound, mastered: Mastered, files: dict[Coding, tuple[str, int]]) -> None:
    with transaction.atomic():
        current = Sound.objects.select_for_update().get(pk=sound.pk)
        if current.attempts != sound.attempts or current.status != Sound.Status.RENDERING:
            raise RenderedElsewhere(LEASE.total_seconds())
        rows = {
            coding: SoundFile.objects.get_or_create(
                sha256=sha256, defaults={"media_type": coding.media_type, "bytes": size}
            )[0]
            for coding, (sha256, size) in files.items()
        }
        current.opus, current.mp3 = rows[OPUS], rows[MP3]
        current.duration_ms = round(mastered.duration_seconds * 1000)
        current.loudness_lufs = round(mastered.loudness_lufs, 2)
        current.true_peak_dbtp = round(mastered.true_peak_dbtp, 2)
        current.status = Sound.Status.READY
        current.progress = 100
        current.error = ""
        current.leased_until = None
        current.ready_at = timezone.now()
        current.save()
        sound_ready.send(Sound, sound=current)


def _pieces(sound: Sound) -> Iterator[NDArray[np.float32]]:
    if sound.origin == Sound.Origin.RECORDING:
        if sound.source is None:
            raise VoicesError(_("Bản thu âm này không còn tệp gốc. Hãy tải lên lại."))
        yield from samples(sound.source.path)
        return
    voice = choose_voice(sound.language, sound.voice)
    passages = rules.passages(sound.spoken_text)
    yield from resampled(speech_of(passages, engine=engine_of(voice), voice=voice))
