"""CSV files as offices save them: any of five encodings, `,` `;` or tabs, Excel's own habits."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from tiengmo.foundation.csv_tables import CellTooLong, csv_reader
from tiengmo.foundation.decoding import UndecodableText, decode_text
from tiengmo.foundation.vietnamese import fold

from .values import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# The whole country's villages are about 15 MB; ten times that is a mistaken file.
LIMIT_BYTES = 150_000_000
LONGEST_CELL = 130_000
SEPARATORS = ",;\t|"
Value = TypeVar("Value")


@dataclass(frozen=True, order=True)
class Problem:
    """Why a row of a file cannot be taken, in the words of the person who must mend it."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return _("%(file)s, dòng %(line)s: %(reason)s") % {
            "file": self.file,
            "line": self.line,
            "reason": self.reason,
        }


@dataclass
class Row:
    """One row with its values by column, trimmed and composed (NFC); missing cells are ""."""

    file: str
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)

    def take(
        self,
        problems: list[Problem],
        read: Callable[..., Value],
        column: str,
        *arguments: object,
    ) -> Value | None:
        """Read one cell; None, and a problem noted, when it cannot be taken."""
        try:
            return read(self[column], *arguments)
        except BadValue as error:
            problems.append(self.problem(str(error)))
            return None


@dataclass
class Table:
    """The rows of one file that can be read, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    encoding: str = ""


def read_text(path: Path, problems: list[Problem], limit: int = LIMIT_BYTES) -> tuple[str, str]:
    """The file's text and encoding; ("", "") and a problem when it cannot be read."""
    try:
        if path.stat().st_size > limit:
            reason = _("tệp lớn quá %(limit)s MB, có lẽ nhầm tệp") % {"limit": limit // 1_000_000}
            problems.append(Problem(path.name, 0, reason))
            return "", ""
        raw = path.read_bytes()
    except OSError as error:
        problems.append(
            Problem(path.name, 0, _("không đọc được tệp: %(why)s") % {"why": error.strerror})
        )
        return "", ""
    if not raw.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        problems.append(Problem(path.name, 1, _("tệp rỗng")))
        return "", ""
    try:
        decoded = decode_text(raw, limit=limit)
    except UndecodableText:
        reason = _("không nhận ra bảng mã chữ; hãy lưu tệp dạng “CSV UTF-8”")
        problems.append(Problem(path.name, 1, reason))
        return "", ""
    return decoded.text, decoded.encoding


def read_table(
    path: Path, required: tuple[str, ...], aliases: Mapping[str, tuple[str, ...]]
) -> Table:
    """Read a CSV file; `aliases` are other headings of a column, compared without marks."""
    table = Table()
    text, table.encoding = read_text(path, table.problems)
    if not text:
        return table
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    separator = max(SEPARATORS, key=lambda sign: _outside_quotes(lines[first]).count(sign))
    reader = csv_reader(text, delimiter=separator, strict=True, longest_cell=LONGEST_CELL)
    header: list[str] = []
    started = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            # What follows a broken quote cannot be told apart from what it swallowed.
            table.problems.append(Problem(path.name, started, _broken(error)))
            break
        line, started = started, reader.line_num + 1
        cells = [" ".join(cell.split()) for cell in cells]
        if not any(cells):
            continue
        if not header:
            header = [_column(cell, required, aliases) for cell in cells]
            _check_header(path, line, header, required, table)
            if table.problems:
                return table
            table.columns = header
            continue
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()  # Excel adds empty cells at the end of rows
        if len(cells) > len(header) or len(cells) < len(required):
            reason = _("có %(found)s ô, tiêu đề có %(expected)s cột; kiểm tra dấu ngăn cách")
            values = {"found": len(cells), "expected": len(header)}
            table.problems.append(Problem(path.name, line, reason % values))
            continue
        table.rows.append(Row(path.name, line, dict(zip(header, cells, strict=False))))
    if not table.rows and not table.problems:
        table.problems.append(
            Problem(path.name, started, _("tệp chỉ có tiêu đề, không có dòng nào"))
        )
    return table


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _broken(error: csv.Error) -> str:
    if isinstance(error, CellTooLong):
        return _("một ô dài quá 130.000 ký tự; có lẽ thiếu dấu nháy đóng")
    return _("dấu nháy kép không khép; từ dòng này trở đi không đọc được")


def _column(cell: str, required: tuple[str, ...], aliases: Mapping[str, tuple[str, ...]]) -> str:
    folded = re.sub(r"[\s_-]+", "_", fold(cell).strip())
    for column in {*required, *aliases}:
        names = (column, *(re.sub(r"[\s_-]+", "_", fold(a)) for a in aliases.get(column, ())))
        if folded in names:
            return column
    return f"?{cell}"


def _check_header(
    path: Path, line: int, header: list[str], required: tuple[str, ...], table: Table
) -> None:
    missing = [column for column in required if column not in header]
    if missing:
        reason = _("thiếu cột %(columns)s") % {"columns": ", ".join(missing)}
        table.problems.append(Problem(path.name, line, reason))
    named = [name for name in header if name != "?"]  # Excel leaves empty headings behind
    for column in sorted({name for name in named if named.count(name) > 1}):
        reason = _("cột %(column)s có hai lần") % {"column": column.removeprefix("?")}
        table.problems.append(Problem(path.name, line, reason))
    ignored = [name[1:] for name in header if name.startswith("?") and len(name) > 1]
    if ignored and not table.problems:
        note = _("%(file)s: bỏ qua cột không biết: %(columns)s")
        table.notes.append(note % {"file": path.name, "columns": ", ".join(ignored)})
