"""What several bodies are made of."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from speaker_link.fields import Language, Percent, Sha256, Wire

MINUTES_A_DAY = 24 * 60
_UTC_OFFSET = r"^[+-](0\d|1[0-4]):[0-5]\d$"


class Body(Wire):
    """A message's body. Personal data: none, in any of them."""


class Edition(Wire):
    """One language's sound, named by its content: GET {gateway}/speaker/1/sound/{sha256}."""

    language: Language
    sha256: Sha256
    bytes: Annotated[int, Field(ge=1, le=2**31)]
    duration_ms: Annotated[int, Field(ge=1, le=24 * 3600 * 1000)]


def edition_for(editions: list[Edition], languages: Iterable[str]) -> Edition:
    """The first edition in the box's own order of languages, or the first there is."""
    by_language = {edition.language: edition for edition in reversed(editions)}
    for language in languages:
        if language in by_language:
            return by_language[language]
    return editions[0]


class Prefetch(Wire):
    """A sound to fetch and hold though no item names it yet."""

    sha256: Sha256
    bytes: Annotated[int, Field(ge=1, le=2**31)]


def offset_of(text: str) -> timedelta:
    """The offset from UTC that is written as +07:00."""
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return -offset if text.startswith("-") else offset


class QuietHours(Wire):
    """Local times between which only an emergency speaks; past midnight when `ends` is earlier.

    The offset from UTC is spelt out so that a box needs no table of time zones.
    """

    starts: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    ends: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    utc_offset: Annotated[str, Field(pattern=_UTC_OFFSET)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.starts == self.ends:
            raise ValueError("quiet hours without length")
        return self

    def covers(self, instant: datetime) -> bool:
        offset = offset_of(self.utc_offset)
        local = (instant.replace(tzinfo=None) - (instant.utcoffset() or timedelta())) + offset
        minute = local.hour * 60 + local.minute
        starts, ends = (int(text[:2]) * 60 + int(text[3:]) for text in (self.starts, self.ends))
        return (minute - starts) % MINUTES_A_DAY < (ends - starts) % MINUTES_A_DAY


class Limits(Wire):
    """How much scheduled sound below emergency a village is asked to bear; absent: no limit.

    A session is items with gaps shorter than `gap_minutes` between them.
    """

    session_minutes: Annotated[int, Field(ge=1, le=MINUTES_A_DAY)] | None = None
    sessions_per_day: Annotated[int, Field(ge=1, le=96)] | None = None
    gap_minutes: Annotated[int, Field(ge=0, le=MINUTES_A_DAY)] | None = None
    # Where a day begins at midnight.
    utc_offset: Annotated[str, Field(pattern=_UTC_OFFSET)] = "+07:00"


class VolumeHours(QuietHours):
    """How loud a box is between two local times."""

    volume: Percent
