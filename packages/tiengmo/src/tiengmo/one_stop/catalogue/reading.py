"""Reads a catalogue into rows that can be written, or names everything that is wrong with it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from tiengmo.foundation.csv_tables import csv_reader
from tiengmo.foundation.decoding import UndecodableText, decode_text
from tiengmo.foundation.office_files import UnfitFile
from tiengmo.foundation.vietnamese import fold
from tiengmo.one_stop.actions.content import (
    FeeWords,
    Form,
    PaperWords,
    checked_fees,
    checked_papers,
    keep_form,
    tidy,
)
from tiengmo.one_stop.errors import BadCatalogue, NotReady
from tiengmo.one_stop.models import (
    Procedure,
    ProcedureField,
    ProcedureLevel,
    ProcedureVersion,
)
from tiengmo.one_stop.rules import clean_line

from . import cells
from .columns import NEEDED, column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT_BYTES = 50_000_000
LONGEST_CELL = 100_000
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Row:
    """One procedure as a line of the catalogue gives it; the version is not saved."""

    line: int
    code: str
    version: ProcedureVersion
    papers: list[PaperWords]
    fees: list[FeeWords]


@dataclass
class Reader:
    """Reads rows; remembers the lists and forms that rows name."""

    folder: Path
    fields: dict[str, ProcedureField] = field(default_factory=dict)
    levels: dict[str, ProcedureLevel] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in ProcedureField.objects.all():
            self.fields |= {one.code: one, fold(one.name): one}
        for level in ProcedureLevel.objects.all():
            self.levels |= {level.code: level, fold(level.name): level}

    def read(self, line: int, cell: dict[str, str]) -> Row:
        """One row. Raises BadCell, NotReady, ValidationError."""
        missing = [name for name in NEEDED if not cell.get(name, "").strip()]
        if missing:
            raise cells.BadCell("thiếu " + ", ".join(_LABELS[name] for name in missing))
        amount, unit = cells.deadline_in(cell.get("deadline", ""))
        version = ProcedureVersion(
            number=1,
            valid_from=cells.day_in(cell.get("valid_from", "")) or timezone.localdate(),
            checked_on=cells.day_in(cell.get("checked_on", "")),
            name=cell["name"],
            field=self._one_of(self.fields, cell["field"], "lĩnh vực"),
            level=self._one_of(self.levels, cell["level"], "cấp"),
            agency=cell["agency"],
            legal_basis=_lines(cell.get("legal_basis", "")),
            who_may_apply=_lines(cell["who_may_apply"]),
            steps=_lines(cell["steps"]),
            deadline_amount=amount,
            deadline_unit=unit,
            deadline_note=cell.get("deadline_note", ""),
            result=cell.get("result", ""),
            where_to_go=_lines(cell["where_to_go"]),
            when_to_go=_lines(cell.get("when_to_go", "")),
            online_level=cells.online_in(cell.get("online_level", "")),
            online_url=cell.get("online_url", ""),
        )
        tidy(version)
        code = clean_line(cell["code"])
        Procedure._meta.get_field("code").clean(code, None)  # type: ignore[union-attr]
        papers = [self._paper(one) for one in cells.papers_in(cell.get("papers", ""))]
        fees = [FeeWords(*one) for one in cells.fees_in(cell.get("fees", ""))]
        return Row(line, code, version, checked_papers(papers), checked_fees(fees))

    def _paper(self, one: cells.PaperCell) -> PaperWords:
        form = self._form(one.form) if one.form else None
        return PaperWords(one.name, one.originals, one.copies, one.note, form)

    def _form(self, name: str) -> Form:
        """A form that lies beside the catalogue: its bare name, never a way out of the folder."""
        if name not in self.forms:
            path = self.folder / name
            if Path(name).name != name or not path.is_file():
                raise cells.BadCell(f"không thấy tệp mẫu “{name[:80]}” bên cạnh danh mục")
            try:
                with path.open("rb") as file:
                    self.forms[name] = keep_form(file, name)
            except UnfitFile as error:
                raise cells.BadCell(str(error)) from error
        return self.forms[name]

    @staticmethod
    def _one_of(known: dict[str, Any], text: str, label: str) -> Any:
        found = known.get(fold(clean_line(text)))
        if found is None:
            raise cells.BadCell(f"{label} “{clean_line(text)[:60]}” không có trong danh sách")
        return found


_LABELS = {
    "code": "mã",
    "name": "tên",
    "field": "lĩnh vực",
    "level": "cấp",
    "agency": "cơ quan",
    "who_may_apply": "đối tượng",
    "steps": "các bước",
    "where_to_go": "nơi nộp",
}


def read_catalogue(raw: bytes, *, folder: Path) -> list[Row]:
    """Every row of a catalogue. folder: where the form files lie that it names.

    Raises BadCatalogue with every bad row, by the line of the file in which it begins.
    """
    reader = Reader(folder)
    rows: list[Row] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    for line, cell in _cells(raw):
        try:
            row = reader.read(line, cell)
        except (cells.BadCell, NotReady) as error:
            problems.append(f"dòng {line}: {error}")
            continue
        except ValidationError as error:
            problems.append(f"dòng {line}: {_told(error)}")
            continue
        if row.code.lower() in lines:
            problems.append(f"dòng {line}: mã {row.code} đã có ở dòng {lines[row.code.lower()]}")
            continue
        lines[row.code.lower()] = line
        rows.append(row)
    if problems:
        raise BadCatalogue(problems)
    if not rows:
        raise BadCatalogue(["tệp không có thủ tục nào"])
    return rows


def _cells(raw: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row's first line in the file, and its cells by column. Raises BadCatalogue."""
    try:
        text = decode_text(raw, limit=LIMIT_BYTES).text
    except UndecodableText as error:
        raise BadCatalogue(["không đọc được chữ trong tệp: hãy lưu lại thành CSV UTF-8"]) from error
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    table = csv_reader(text, delimiter=delimiter, strict=True, longest_cell=LONGEST_CELL)
    following = _safe(table)
    _line, headings = next(following, (1, []))
    columns = [column_of(heading) for heading in headings]
    missing = [_LABELS[name] for name in NEEDED if name not in columns]
    if missing:
        raise BadCatalogue([f"dòng 1: thiếu cột {', '.join(missing)}"])
    doubled = {name for name in columns if name is not None and columns.count(name) > 1}
    if doubled:
        raise BadCatalogue([f"dòng 1: có hai cột {_LABELS.get(one, one)}" for one in doubled])
    for count, (line, values) in enumerate(following):
        if count >= MOST_ROWS:
            raise BadCatalogue([f"dòng {line}: nhiều quá {MOST_ROWS} thủ tục trong một tệp"])
        if any(value.strip() for value in values):
            yield line, {n: v for n, v in zip(columns, values, strict=False) if n is not None}


def _safe(table: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line where each begins; a broken quote is named by its line."""
    while True:
        line = table.line_num + 1
        try:
            values = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadCatalogue([f"dòng {line}: dấu ngoặc kép hỏng hoặc ô quá dài"]) from error
        yield line, values


def _lines(text: str) -> str:
    return "\n".join(cells.several(text))


def _told(error: ValidationError) -> str:
    """What is wrong, with the field's own name before it."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    told = []
    name_of: Callable[[str], Any] = ProcedureVersion._meta.get_field
    for name, texts in error.message_dict.items():
        told.append(f"{name_of(name).verbose_name}: {' '.join(texts)}")
    return "; ".join(told)
