"""Office files as people may download them: what a file is says its content, not its name."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

from django.utils.translation import gettext as _

from tiengmo.foundation.vietnamese import nfc

LIMIT_BYTES = 30 * 1024 * 1024
# A file of a few kilobytes that unpacks to gigabytes is a trap for whoever opens it.
_MOST_UNPACKED = 300 * 1024 * 1024
_MOST_ENTRIES = 5_000
_MOST_RATIO = 200
_RATIO_FROM = 10 * 1024 * 1024

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
}
# What people call them, in links and messages.
NAMES = {".pdf": "PDF", ".docx": "Word", ".xlsx": "Excel", ".odt": "ODT"}
_MAIN_PARTS = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx"}
_ODT = b"application/vnd.oasis.opendocument.text"
# Programs inside a document: VBA, Excel 4 macros, ActiveX, packaged objects; in ODF, any script.
_MACRO_PARTS = re.compile(
    r"(vbaproject\.bin$|vbadata\.xml$|/macrosheets/|/activex/|^basic/|^scripts/)", re.IGNORECASE
)
_EMBEDDED_PARTS = re.compile(r"(/embeddings/|^object )", re.IGNORECASE)
_PDF_SCRIPTS = re.compile(rb"/(JavaScript|JS|Launch)\b")
_PDF_EMBEDDED = re.compile(rb"/EmbeddedFiles?\b")
_PDF_LOCKED = re.compile(rb"/Encrypt\b")


class UnfitFile(ValueError):
    """The file cannot be offered to people; the text says why, for whoever uploads it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file is (".pdf", its media type), and what whoever publishes it should know."""

    suffix: str
    media_type: str
    notes: tuple[str, ...] = ()


def judge(raw: bytes, name: str = "") -> Judged:
    """Say what a file is by its content. Raises `UnfitFile` for what people must not be given.

    Only PDF, DOCX, XLSX and ODT pass, whatever the file is called; anything with a program inside
    is refused, and so is an archive that would unpack to far more than it says.
    """
    if not raw:
        raise UnfitFile(_("Tệp “%(name)s” trống.") % {"name": shown_name(name)})
    if len(raw) > LIMIT_BYTES:
        raise UnfitFile(
            _("Tệp “%(name)s” lớn quá %(limit)d MB.")
            % {"name": shown_name(name), "limit": LIMIT_BYTES // 1024 // 1024}
        )
    if b"%PDF-" in raw[:1024]:
        return _pdf(raw, name)
    if raw.startswith(b"PK\x03\x04"):
        return _archive(raw, name)
    raise _not_accepted(name)


def shown_name(name: str, *, most: int = 120) -> str:
    """A file's own name without folders, controls and quotes, fit to be shown and sent."""
    base = PurePath(nfc(name).replace("\\", "/")).name
    base = re.sub(r"[\x00-\x1f\x7f\"<>|*?:;\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", base)
    stem, dot, suffix = base.strip().rpartition(".")
    if not dot:
        return base.strip()[:most]
    return f"{stem[: most - len(suffix) - 1].strip()}.{suffix}" if len(suffix) < most else ""


def _not_accepted(name: str) -> UnfitFile:
    return UnfitFile(
        _("Tệp “%(name)s” không phải PDF, DOCX, XLSX hay ODT. Hãy lưu lại thành loại ấy.")
        % {"name": shown_name(name)}
    )


def _pdf(raw: bytes, name: str) -> Judged:
    if b"%%EOF" not in raw[-4096:]:
        raise UnfitFile(
            _("Tệp PDF “%(name)s” bị cụt: hãy quét hoặc tải lại.") % {"name": shown_name(name)}
        )
    if _PDF_SCRIPTS.search(raw):
        raise UnfitFile(
            _("Tệp PDF “%(name)s” có chứa chương trình. Hãy in lại thành PDF mới.")
            % {"name": shown_name(name)}
        )
    notes = []
    if _PDF_EMBEDDED.search(raw):
        notes.append(_("Tệp PDF có tệp khác đính bên trong."))
    if _PDF_LOCKED.search(raw):
        notes.append(_("Tệp PDF bị khoá: trình đọc màn hình có thể không đọc được."))
    return Judged(".pdf", MEDIA_TYPES[".pdf"], tuple(notes))


def _archive(raw: bytes, name: str) -> Judged:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            entries = archive.infolist()
            _check_size(entries, len(raw), name)
            names = {entry.filename for entry in entries}
            suffix = _suffix_of(archive, names)
            if any(entry.flag_bits & 1 for entry in entries):
                raise UnfitFile(
                    _("Tệp “%(name)s” có mật khẩu: người dân không mở được.")
                    % {"name": shown_name(name)}
                )
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
        raise UnfitFile(
            _("Tệp “%(name)s” bị hỏng, không mở được.") % {"name": shown_name(name)}
        ) from error
    if suffix is None:
        raise _not_accepted(name)
    _check_programs(names, name)
    notes = []
    if any(_EMBEDDED_PARTS.search(part) for part in names):
        notes.append(_("Tệp có đối tượng nhúng bên trong."))
    return Judged(suffix, MEDIA_TYPES[suffix], tuple(notes))


def check_archive(raw: bytes, name: str, *, read: str) -> bytes | None:
    """The beginning of one part of an archive, None without such a part.

    Raises `UnfitFile` for a broken archive, one that unpacks to too much, one with programs.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            entries = archive.infolist()
            _check_size(entries, len(raw), name)
            names = {entry.filename for entry in entries}
            _check_programs(names, name)
            if read not in names:
                return None
            with archive.open(read) as file:
                return file.read(200)
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
        raise UnfitFile(
            _("Tệp “%(name)s” bị hỏng, không mở được.") % {"name": shown_name(name)}
        ) from error


def _check_programs(names: set[str], name: str) -> None:
    if any(_MACRO_PARTS.search(part) for part in names):
        raise UnfitFile(
            _("Tệp “%(name)s” có macro. Hãy lưu lại không kèm macro (.docx, .xlsx, .odt).")
            % {"name": shown_name(name)}
        )


def _check_size(entries: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > _RATIO_FROM and unpacked > _MOST_RATIO * packed
    if len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED or is_bomb:
        raise UnfitFile(
            _("Tệp “%(name)s” bung ra quá lớn nên không được nhận.") % {"name": shown_name(name)}
        )


def _suffix_of(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            return ".odt" if file.read(200).strip() == _ODT else None
    if "[Content_Types].xml" not in names:
        return None
    return next((suffix for part, suffix in _MAIN_PARTS.items() if part in names), None)
