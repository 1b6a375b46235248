"""Rows of a file with the line they stand on, one after the other."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import feedparser

from tiengmo.foundation.csv_tables import CellTooLong, csv_reader
from tiengmo.foundation.decoding import UndecodableText, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIELDS = ("id", "title", "body", "unit", "category", "date", "author")
LONGEST_LINE = 5 * 1024 * 1024
LARGEST_FEED = 64 * 1024 * 1024
LARGEST_TABLE = 256 * 1024 * 1024
# What people call the columns of a table they exported themselves.
NAMES = {
    "mã": "id", "tiêu đề": "title", "tên bài": "title", "nội dung": "body", "đơn vị": "unit",
    "xã": "unit", "chuyên mục": "category", "ngày": "date", "ngày đăng": "date",
    "tác giả": "author",
}  # fmt: skip


class UnreadableFile(Exception):
    """Nothing in this file can be read as rows; the text says why."""


@dataclass(frozen=True)
class Row:
    """What stood on a line, as text by field; `problem` when the line could not be read at all."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def rows_of(path: Path) -> Iterator[Row]:
    """Read by what the file begins with, whatever it is called. Raises UnreadableFile."""
    with path.open("rb") as file:
        head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise UnreadableFile("Tệp trống.")
    if head.startswith(b"{"):
        return _json_lines(path)
    if head.startswith(b"<"):
        return _feed(path)
    if head.startswith(b"["):
        raise UnreadableFile("Tệp là một mảng JSON. Hãy xuất mỗi bài một dòng (JSON Lines).")
    return _table(path)


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        line = 0
        while raw := file.readline(LONGEST_LINE + 1):
            line += 1
            if len(raw) > LONGEST_LINE:
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(LONGEST_LINE)
                yield Row(line, problem="Dòng dài quá 5 MB.")
            elif raw.strip():
                yield _json_row(line, raw)


def _json_row(line: int, raw: bytes) -> Row:
    try:
        values = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Row(line, problem="Dòng không phải UTF-8.")
    except (json.JSONDecodeError, RecursionError) as error:
        return Row(line, problem=f"Không phải JSON: {error}")
    if not isinstance(values, dict):
        return Row(line, problem="Dòng không phải một đối tượng JSON.")
    return Row(line, {name: _text(values.get(name)) for name in FIELDS})


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _table(path: Path) -> Iterator[Row]:
    if path.stat().st_size > LARGEST_TABLE:
        raise UnreadableFile(
            "Tệp CSV lớn quá 256 MB. Hãy chia nhỏ, hoặc xuất mỗi bài một dòng (JSON Lines)."
        )
    try:
        text = decode_text(path.read_bytes(), limit=LARGEST_TABLE).text
    except UndecodableText as error:
        raise UnreadableFile(
            "Không nhận ra bảng mã chữ của tệp. Hãy lưu lại dạng “CSV UTF-8”."
        ) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv_reader(text, delimiter=delimiter, longest_cell=LONGEST_LINE)
    try:
        header = [name.strip().lower() for name in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise UnreadableFile("Không đọc được dòng tên cột.") from error
    columns = [NAMES.get(name, name) for name in header]
    if not {"id", "title", "body", "date"} <= set(columns):
        raise UnreadableFile("Dòng đầu phải có các cột id, title, body, date.")
    return _table_rows(reader, columns)


def _table_rows(reader: Any, columns: list[str]) -> Iterator[Row]:
    while True:
        # A quoted text may run over many lines: a row is named by the line it begins on.
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except CellTooLong:
            yield Row(line, problem="Một ô dài quá 5 MB; có lẽ thiếu dấu nháy đóng.")
            continue
        except csv.Error as error:
            yield Row(line, problem=f"Bảng hỏng ở dòng này: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            yield Row(line, problem=f"Có {len(cells)} ô, dòng tên cột có {len(columns)}.")
            continue
        named = dict(zip(columns, cells, strict=True))
        yield Row(line, {name: named.get(name, "") for name in FIELDS})


def _feed(path: Path) -> Iterator[Row]:
    if path.stat().st_size > LARGEST_FEED:
        raise UnreadableFile("Tệp RSS/Atom lớn quá 64 MB.")
    # Not feedparser's own cleaning: ours, the same as for every other article.
    found = feedparser.parse(path.read_bytes(), sanitize_html=False, resolve_relative_uris=False)
    if not found.entries:
        raise UnreadableFile(f"Không thấy bài nào trong nguồn tin: {found.get('bozo_exception')}")
    return (_entry(number, entry) for number, entry in enumerate(found.entries, 1))


def _entry(number: int, entry: Any) -> Row:
    content = max((c.get("value", "") for c in entry.get("content", [])), key=len, default="")
    tags = [tag.get("term", "") for tag in entry.get("tags", [])]
    return Row(
        number,
        {
            "id": entry.get("id") or entry.get("link", ""),
            "title": entry.get("title", ""),
            "body": content or entry.get("summary", ""),
            "unit": "",
            "category": tags[0] if tags else "",
            "date": entry.get("published") or entry.get("updated", ""),
            "author": entry.get("author", ""),
        },
    )
