"""Words that mean the same, and words that a question may have for nothing: both from files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from tiengmo.foundation.vietnamese import fold

from .words import exact, plain, words

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).resolve().parents[1] / "data"
LONGEST_FORM = 8

Form = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """Folded forms: of the same meaning in both directions, and fillers with their marks."""

    same: dict[Form, tuple[Form, ...]]
    filler: frozenset[Form]
    bare_filler: frozenset[Form]


_lists: tuple[tuple[float, ...], Lists] | None = None


def lists() -> Lists:
    """Give the shipped lists with the installation's own; read again when a file changes."""
    global _lists  # noqa: PLW0603 (one value a process, replaced whole)
    files = [DATA / "same.tsv", DATA / "filler.txt", own_file()]
    stamp = tuple(path.stat().st_mtime if path.is_file() else 0.0 for path in files)
    if _lists is None or _lists[0] != stamp:
        _lists = (stamp, _read())
    return _lists[1]


def own_file() -> Path:
    """Where an installation writes what its own people say."""
    return Path(settings.HOME) / "search-same.tsv"


def _read() -> Lists:
    same: dict[Form, dict[Form, None]] = {}
    for path in (DATA / "same.tsv", own_file()):
        for line in _lines(path):
            short, _tab, long = line.partition("\t")
            one, other = form(short), form(long)
            if one and other and one != other and max(len(one), len(other)) <= LONGEST_FORM:
                same.setdefault(one, {})[other] = None
                same.setdefault(other, {})[one] = None
    fillers = list(_lines(DATA / "filler.txt"))
    return Lists(
        same={key: tuple(value) for key, value in same.items()},
        filler=frozenset(tuple(map(exact, words(plain(line)))) for line in fillers),
        bare_filler=frozenset(form(line) for line in fillers),
    )


def form(text: str) -> Form:
    return tuple(words(fold(plain(text))))


def _lines(path: Path) -> Iterator[str]:
    if path.is_file():
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        yield from (line for line in text.splitlines() if line.strip() and line[0] != "#")
