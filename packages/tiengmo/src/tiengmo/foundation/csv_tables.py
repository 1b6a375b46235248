"""CSV with a limit on a cell that is the reader's own.

The csv module has one limit for the whole process: whoever sets it sets it for every other thread
and every later file. Here it is set once, wide, and each reader judges its own cells.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDEST = 16 * 1024 * 1024
csv.field_size_limit(WIDEST)


# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet_cell(value: object) -> str:
    """The value as a text that no spreadsheet runs."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class CellTooLong(csv.Error):
    """A cell holds more characters than this reader takes: often a quote that nobody closed."""


class csv_reader:  # noqa: N801 (in place of csv.reader)
    """csv.reader over a text, with `line_num`. Raises csv.Error, of which CellTooLong is one."""

    def __init__(
        self, text: str, *, longest_cell: int, delimiter: str = ",", strict: bool = False
    ) -> None:
        self._rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        self._longest = longest_cell

    @property
    def line_num(self) -> int:
        """The last line read, from 1."""
        return self._rows.line_num

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        cells = next(self._rows)
        if any(len(cell) > self._longest for cell in cells):
            raise CellTooLong(f"a cell of more than {self._longest} characters")
        return cells
