from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.foundation import blobs
from tiengmo.voices import rules
from tiengmo.voices.audio.inspection import Fault, Inspected, Unfit, inspect
from tiengmo.voices.errors import UnusableSound
from tiengmo.voices.models import SUFFIXES, Sound, SoundFile

from .speak import ask_for_rendering

if TYPE_CHECKING:
    from django.core.files.base import File

    from tiengmo.audit.actors import Actor

CHUNK = 1 << 20


def accept_recording(file: Path | IO[bytes] | File[bytes], *, language: str, by: Actor) -> Sound:
    """Take a recorded voice, whatever its name says, and have it brought to our loudness.

    mp3, m4a, wav, ogg, opus, webm (what browsers record), aac, flac, amr. Raises UnusableSound with
    the reason in Vietnamese. A damaged or cut file is taken when at least half of its stated length
    decodes, with a note; so is one that is clipped, up to 5 % of its samples.
    """
    working = Path(settings.SOUND_ROOT) / ".work"
    working.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=working) as folder:
        # Without a suffix: the name must not decide what it is taken for.
        path = Path(folder) / "recording"
        size = _copy(file, path)
        try:
            found = inspect(
                path, shortest=rules.SHORTEST_SECONDS, longest=float(rules.LONGEST_SECONDS)
            )
        except Unfit as unfit:
            raise UnusableSound(_explain(unfit)) from unfit
        note = _judge(found)
        sha256 = blobs.put(path, SUFFIXES[found.media_type])
    with transaction.atomic():
        source, _is_new_file = SoundFile.objects.get_or_create(
            sha256=sha256, defaults={"media_type": found.media_type, "bytes": size}
        )
        sound, is_new = Sound.objects.get_or_create(
            key=rules.recording_key(sha256=sha256, language=language),
            defaults={
                "origin": Sound.Origin.RECORDING,
                "language": language,
                "source": source,
                "note": note,
            },
        )
        ask_for_rendering(sound, is_new=is_new)
        record(
            "voices.accept_recording",
            by=by,
            subject=sound,
            detail={"sha256": sha256, "seconds": round(found.seconds), "language": language},
        )
    return sound


def _copy(file: Path | IO[bytes] | File[bytes], target: Path) -> int:
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return _copy(opened, target)
    size = 0
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > rules.MOST_BYTES:
                raise UnusableSound(
                    _(
                        "Tệp lớn hơn %(limit)d MB. Hãy lưu lại dưới dạng MP3 hoặc M4A, "
                        "hoặc chia thành nhiều phần."
                    )
                    % {"limit": rules.MOST_BYTES // (1024 * 1024)}
                )
            out.write(chunk)
    if not size:
        raise UnusableSound(_("Tệp rỗng (0 byte). Hãy thu hoặc chọn lại tệp khác."))
    return size


def _judge(found: Inspected) -> str:
    """Give what the person should know about a usable recording. Raises UnusableSound."""
    if found.clipped_share > rules.MOST_CLIPPED_SHARE:
        raise UnusableSound(
            _(
                "Âm thanh bị vỡ tiếng: %(share)d%% bản thu vượt mức tối đa, không sửa được. "
                "Hãy thu lại, để micrô xa miệng hơn hoặc giảm mức thu."
            )
            % {"share": round(found.clipped_share * 100)}
        )
    notes = []
    if found.clipped_share > rules.NOTED_CLIPPED_SHARE:
        notes.append(_("Bản thu có đoạn vỡ tiếng vì thu quá to. Hãy nghe lại trước khi gửi."))
    if found.stated_seconds and found.seconds < found.stated_seconds - 1:
        lost = {"seconds": found.seconds, "stated": found.stated_seconds}
        if found.seconds < found.stated_seconds * rules.LEAST_DECODED_SHARE:
            raise UnusableSound(
                _(
                    "Tệp bị cắt cụt: chỉ đọc được %(seconds).0f giây trong số %(stated).0f giây. "
                    "Hãy tải lên lại."
                )
                % lost
            )
        notes.append(
            _(
                "Tệp bị cắt cụt: chỉ đọc được %(seconds).0f giây trong số %(stated).0f giây. "
                "Hãy nghe lại đến hết trước khi gửi."
            )
            % lost
        )
    return " ".join(notes)


def _explain(unfit: Unfit) -> str:
    longest = rules.LONGEST_SECONDS // 60
    match unfit.fault:
        case Fault.VIDEO:
            return _(
                "Đây là tệp video, dù tên tệp có thể ghi là âm thanh. "
                "Hãy tách lấy phần tiếng, hoặc thu âm lại."
            )
        case Fault.NO_SOUND:
            return _("Tệp này không có âm thanh.")
        case Fault.TOO_LONG:
            return _(
                "Bản thu dài %(minutes)d phút, vượt quá %(longest)d phút. "
                "Hãy chia thành nhiều phần."
            ) % {"minutes": max(round(unfit.seconds / 60), longest + 1), "longest": longest}
        case Fault.TOO_SHORT:
            return _("Bản thu quá ngắn (dưới nửa giây). Hãy thu lại.")
        case Fault.SILENT:
            return _(
                "Bản thu im lặng, không nghe thấy tiếng. "
                "Hãy kiểm tra micrô đã bật chưa rồi thu lại."
            )
        case Fault.SLOW | Fault.STRANGE:
            return _("Tệp này bất thường, không thể xử lý. Hãy lưu lại dưới dạng MP3 hoặc M4A.")
        case Fault.BROKEN:
            return _("Tệp âm thanh bị hỏng, không đọc được. Hãy tải lên lại hoặc thu lại.")
        case _:
            return _(
                "Không nhận ra đây là tệp âm thanh. "
                "Hãy dùng tệp MP3, M4A, WAV, OGG, OPUS hoặc thu trực tiếp trên trang này."
            )
