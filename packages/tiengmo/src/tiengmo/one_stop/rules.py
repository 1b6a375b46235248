"""What holds for procedures whoever asks: pure functions."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.foundation.vietnamese import nfc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .models import ProcedureVersion

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


def clean_line(text: str) -> str:
    """One composed line without invisible characters and doubled spaces."""
    return " ".join(_INVISIBLE.sub("", nfc(text)).split())


def clean_text(text: str) -> str:
    """Composed text with plain line ends and without empty lines."""
    text = _INVISIBLE.sub("", nfc(text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Validity:
    """A version and the last day on which it holds; None while no other follows."""

    version: ProcedureVersion
    last_on: dt.date | None


def in_order(versions: Iterable[ProcedureVersion]) -> list[Validity]:
    """Published versions, the newest first, each valid until the day before the next one.

    Of two from one day the later number holds, and the other one never did: it is left out.
    """
    by_day: dict[dt.date, ProcedureVersion] = {}
    for version in sorted(versions, key=lambda one: one.number):
        by_day[version.valid_from] = version
    found: list[Validity] = []
    following: dt.date | None = None
    for day in sorted(by_day, reverse=True):
        last_on = following - dt.timedelta(days=1) if following else None
        found.append(Validity(by_day[day], last_on))
        following = day
    return found


def holding(versions: Iterable[ProcedureVersion], day: dt.date) -> ProcedureVersion | None:
    """The version that holds on that day."""
    for one in in_order(versions):
        if one.version.valid_from <= day:
            return one.version
    return None
