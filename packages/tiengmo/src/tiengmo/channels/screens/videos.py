"""Short films for televisions: judged by what they hold, kept by content, with a still picture."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from tiengmo.channels.screens import pictures, rules
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.foundation import blobs
from tiengmo.foundation.bounded import OutOfBounds, run

if TYPE_CHECKING:
    from django.core.files.base import File

SUFFIXES = {"video/mp4": ".mp4", "video/webm": ".webm"}
MEDIA_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
CHUNK = 1 << 20
_SECONDS, _MEGABYTES, _MOST_OUT = 20, 2048, 8 * 1024 * 1024


@dataclass(frozen=True)
class Video:
    """A kept film and its still picture, by content."""

    sha256: str
    suffix: str
    bytes: int
    ms: int
    poster_sha256: str


def keep(file: IO[Any] | File[Any]) -> Video:
    """Keep a film that every television plays, whatever its name says. Raises ScreenError."""
    working = Path(settings.SOUND_ROOT) / ".work"
    working.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=working) as folder:
        # Without a suffix: the name must not decide what it is taken for.
        path = Path(folder) / "video"
        size = _copy(file, path)
        try:
            told, _newline, still = run(
                "read_video",
                str(path),
                str(rules.LONGEST_VIDEO_SECONDS),
                str(rules.LONGEST_VIDEO_SIDE),
                given=b"",
                seconds=_SECONDS,
                megabytes=_MEGABYTES,
                most=_MOST_OUT,
            ).partition(b"\n")
            found = json.loads(told)
        except (OutOfBounds, ValueError) as error:
            raise ScreenError(_explain(str(error))) from error
        poster = pictures.keep_file(BytesIO(still))
        if not poster:
            raise ScreenError(_explain("unreadable"))
        suffix = SUFFIXES[found["media_type"]]
        return Video(blobs.put(path, suffix), suffix, size, found["ms"], poster)


def path_of(sha256: str, suffix: str) -> Path:
    return blobs.path(sha256, suffix)


def _copy(file: IO[Any] | File[Any], target: Path) -> int:
    size = 0
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > rules.LARGEST_VIDEO:
                raise ScreenError(_("Video lớn hơn 40 MB. Hãy nén lại hoặc cắt ngắn."))
            out.write(chunk)
    return size


def _explain(fault: str) -> str:
    if fault == "kind":
        return _("Video phải là MP4 (H.264) hoặc WebM (VP8, VP9) thì mọi ti vi mới chiếu được.")
    if fault == "size":
        return _("Hình của video phải từ 160 đến 1920 điểm ảnh mỗi chiều.")
    if fault == "length":
        return _("Video dài từ 1 giây đến 2 phút.")
    return _("Không đọc được video này.")
