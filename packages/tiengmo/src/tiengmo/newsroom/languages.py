"""The languages a bulletin may be written or spoken in: BCP 47 codes, and their names."""

import csv
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

MAIN = "vi"


@cache
def _names(column: str) -> dict[str, str]:
    path = Path(__file__).parent / "data" / "languages.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row[column] for row in csv.DictReader(file)}


def names() -> dict[str, str]:
    """Name every known language by its code, in the reader's language and the data file's order."""
    return _names("english" if (get_language() or MAIN).startswith("en") else "name")


def name_of(code: str) -> str:
    return names().get(code, code)


def other_choices() -> list[tuple[str, str]]:
    """Choices of an edition beside the Vietnamese one; a callable, so no migration holds them."""
    return [(code, name) for code, name in names().items() if code != MAIN]
