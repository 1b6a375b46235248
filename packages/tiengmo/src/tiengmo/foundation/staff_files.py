"""Files that staff keep for work: judged by content as those for the public, but more kinds."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import olefile
from django.utils.translation import gettext as _

from tiengmo.foundation.decoding import UndecodableText, decode_text
from tiengmo.foundation.office_files import (
    LIMIT_BYTES,
    UnfitFile,
    check_archive,
    judge,
    shown_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Which stream says what a file of the old Office is, and where it keeps its programs.
_OLE_KINDS: Final = {"WordDocument": ".doc", "Workbook": ".xls", "PowerPoint Document": ".ppt"}
_OLE_PROGRAMS = {"macros", "vba", "_vba_project_cur", "_vba_project"}
_ZIPPED = {
    ".pptx": ("ppt/presentation.xml", b""),
    ".ods": ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
    ".odp": ("mimetype", b"application/vnd.oasis.opendocument.presentation"),
}


def check_staff_file(raw: bytes, name: str) -> str:
    """Give the name to keep it under. Raises UnfitFile when the content is not what it is called.

    Refused as well: programs inside, archives that would unpack to far more than they say.
    """
    kept = shown_name(name)
    suffix = PurePath(kept).suffix.lower()
    check = _CHECKS.get(suffix, _as_for_the_public)
    if len(raw) > LIMIT_BYTES:
        raise UnfitFile(
            _("Tệp “%(name)s” lớn quá %(limit)d MB.")
            % {"name": kept, "limit": LIMIT_BYTES // 1024 // 1024}
        )
    check(raw, kept, suffix)
    return kept


def _as_for_the_public(raw: bytes, name: str, suffix: str) -> None:
    if judge(raw, name).suffix != suffix:
        raise _is_something_else(name)


def _text(raw: bytes, name: str, _suffix: str) -> None:
    try:
        text = decode_text(raw).text
    except UndecodableText as error:
        raise _is_something_else(name) from error
    if "\0" in text:
        raise _is_something_else(name)


def _old_office(raw: bytes, name: str, suffix: str) -> None:
    if not raw.startswith(_OLE):
        raise _is_something_else(name)
    try:
        with olefile.OleFileIO(BytesIO(raw)) as file:
            parts = file.listdir(streams=True, storages=True)
    except (OSError, ValueError, IndexError) as error:
        raise UnfitFile(_("Tệp “%(name)s” bị hỏng, không mở được.") % {"name": name}) from error
    names = {part for path in parts for part in path}
    if suffix not in {_OLE_KINDS[part] for part in names & _OLE_KINDS.keys()}:
        raise _is_something_else(name)
    if _OLE_PROGRAMS & {part.lower() for part in names}:
        raise UnfitFile(_("Tệp “%(name)s” có macro. Hãy lưu lại không kèm macro.") % {"name": name})


def _zipped(raw: bytes, name: str, suffix: str) -> None:
    part, content = _ZIPPED[suffix]
    if not raw.startswith(b"PK\x03\x04"):
        raise _is_something_else(name)
    found = check_archive(raw, name, read=part)
    if found is None or (content and found.strip() != content):
        raise _is_something_else(name)


def _is_something_else(name: str) -> UnfitFile:
    return UnfitFile(
        _("Nội dung tệp “%(name)s” không đúng loại như tên tệp. Hãy lưu lại đúng loại rồi tải lên.")
        % {"name": name}
    )


_CHECKS: dict[str, Callable[[bytes, str, str], None]] = {
    ".txt": _text,
    ".csv": _text,
    **dict.fromkeys(_OLE_KINDS.values(), _old_office),
    **dict.fromkeys(_ZIPPED, _zipped),
}
