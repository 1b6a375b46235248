"""Pure rules of a staged deployment: how far a phase reaches, when it goes on, when it halts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

DEFAULT_PLAN = "1, 5%, 25%, 100%"
# An order lives as long as a box may reasonably wait for a quiet moment; then it is given again.
ORDER_LIFE = timedelta(hours=2)
# The box's launcher decides within ten minutes; three power cuts later it has decided for sure.
ANSWER_WITHIN = timedelta(minutes=35)
SILENT_AFTER = timedelta(minutes=10)
MAX_ATTEMPTS = 12
# What another moment may cure is no failure of the program's.
PASSING = frozenset(
    {"not_fetched", "no_quiet_moment", "cancelled", "busy", "untrusted_time", "expired"}
)
_STEP = re.compile(r"(\d{1,6})\s*(%?)")


class Next(Enum):
    WAIT = "wait"
    HALT = "halt"
    GO_ON = "go on"
    FINISH = "finish"


@dataclass(frozen=True)
class Count:
    """How the boxes of a deployment stand, by state, within the phases begun."""

    waiting_here: int = 0
    waiting_away: int = 0
    under_way: int = 0
    confirmed: int = 0
    failing: int = 0
    forgiven: int = 0  # of those that fail: a person saw them and went on


def read_plan(text: str, boxes: int) -> list[int]:
    """Turn “1, 5%, 25%, 100%” into the number of boxes each phase reaches; the last is all.

    Raises ValueError with the part that cannot be read or does not rise.
    """
    reached: list[int] = []
    last = 0.0
    for part in [one.strip() for one in text.split(",") if one.strip()]:
        match = _STEP.fullmatch(part)
        if match is None:
            raise ValueError(part)
        wanted = int(match[1])
        if match[2] and not 0 < wanted <= 100:  # noqa: PLR2004 - percent
            raise ValueError(part)
        number = math.ceil(boxes * wanted / 100) if match[2] else wanted
        if number < last or number == 0:
            raise ValueError(part)
        last = number
        number = min(number, boxes)
        if not reached or number > reached[-1]:
            reached.append(number)
    if not reached:
        raise ValueError(text)
    if reached[-1] < boxes:
        reached.append(boxes)
    return reached


def too_many_fail(count: Count, *, failure_percent: int) -> bool:
    """Of the boxes that answered, do more fail than a technician bears?"""
    failing = count.failing - count.forgiven
    answered = count.confirmed + failing
    return failing > 0 and failing * 100 > failure_percent * answered


def is_settled(count: Count) -> bool:
    """Has every box of the phases begun answered that is there to answer?"""
    has_answer = count.confirmed + count.failing > 0 or count.waiting_away == 0
    return has_answer and count.under_way == 0 and count.waiting_here == 0


def judge(
    count: Count,
    *,
    is_last: bool,
    settled_at: datetime | None,
    soak: timedelta,
    failure_percent: int,
    now: datetime,
) -> Next:
    """What to do with a deployment that runs."""
    if too_many_fail(count, failure_percent=failure_percent):
        return Next.HALT
    if not is_settled(count) or settled_at is None or now - settled_at < soak:
        return Next.WAIT
    if not is_last:
        return Next.GO_ON
    return Next.FINISH if count.waiting_away == 0 else Next.WAIT
