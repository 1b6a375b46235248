"""The languages a bulletin may be written or spoken in: BCP 47 codes, Vietnamese names."""

import csv
from functools import cache
from pathlib import Path

MAIN = "vi"


@cache
def names() -> dict[str, str]:
    """Name every known language by its code, in the order of the data file."""
    path = Path(__file__).parent / "data" / "languages.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def name_of(code: str) -> str:
    return names().get(code, code)


def other_choices() -> list[tuple[str, str]]:
    """Choices of an edition beside the Vietnamese one; a callable, so no migration holds them."""
    return [(code, name) for code, name in names().items() if code != MAIN]
