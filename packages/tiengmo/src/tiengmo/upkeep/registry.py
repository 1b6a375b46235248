"""What other apps know to be out of date, and which texts of theirs the public reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.functional import _StrPromise

# No page shows more of one kind: who has this many begins with the oldest.
MOST = 200
CONTACTS, CLOSED, EVENTS, DOCUMENTS, PROCEDURES, LINKS = (
    "lien-he",
    "het-han",
    "su-kien",
    "van-ban",
    "thu-tuc",
    "lien-ket",
)


@dataclass(frozen=True)
class Finding:
    """One thing that is out of date, and where it is mended."""

    kind: str
    ref: str  # names it within its kind, for setting it aside
    unit_id: int
    title: str
    why: str
    url: str  # the staff page where it is mended
    owner: str = ""  # who wrote or checked it last; "" when only its unit is known
    since: dt.date | None = None  # None: it never was in order


# Gives what is out of date in these units, the oldest first, at most MOST.
Reader = Callable[[set[int]], Iterable[Finding]]


@dataclass(frozen=True)
class Kind:
    code: str
    label: str | _StrPromise
    read: Reader
    # A thing that its own page confirms ("còn đúng") is not set aside here as well.
    may_set_aside: bool


@dataclass(frozen=True)
class Text:
    """A text that the public reads, with the addresses that it points to."""

    ref: str
    unit_id: int
    title: str
    url: str
    owner: str = ""
    html: str = ""
    addresses: tuple[str, ...] = ()


_KINDS: dict[str, Kind] = {}
_TEXTS: dict[str, Callable[[], Iterable[Text]]] = {}


def register(
    code: str, label: str | _StrPromise, read: Reader, *, may_set_aside: bool = True
) -> None:
    """Add a kind of thing that goes out of date; called from an AppConfig's `ready`."""
    _KINDS[code] = Kind(code, label, read, may_set_aside)


def register_texts(name: str, read: Callable[[], Iterable[Text]]) -> None:
    """Have the links of these texts looked at every night. What `read` gives is public today."""
    _TEXTS[name] = read


def kinds() -> list[Kind]:
    """The kinds in the order of work: what people ring up for first."""
    order = [CONTACTS, CLOSED, EVENTS, DOCUMENTS, PROCEDURES, LINKS]
    known = [_KINDS[code] for code in order if code in _KINDS]
    return known + [kind for code, kind in _KINDS.items() if code not in order]


def texts() -> Iterable[tuple[str, Text]]:
    for name, read in _TEXTS.items():
        for text in read():
            yield name, text
