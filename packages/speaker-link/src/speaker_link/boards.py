"""Text boards: what a station gives them to show, and what they say they showed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speaker_link.fields import AreaCode, Count, Identifier, Instant, Language, Version, Wire
from speaker_link.kinds import Priority
from speaker_link.parts import Body, QuietHours

MAX_LINES = 100
MAX_LINE_LENGTH = 500
# No control characters, and none that is not seen and yet changes what is read: marks, overrides
# and isolates of writing direction, line and paragraph separators, byte-order and interlinear
# marks. A board's makers read bytes as commands, and its readers see no source.
HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ufeff\ufff9-\ufffb"
)

LineText = Annotated[
    str, Field(min_length=1, max_length=MAX_LINE_LENGTH, pattern=f"^[^{HIDDEN}]*[^{HIDDEN}\\s]$")
]
# An emergency is an alert: it has two signatures and takes the whole board.
LinePriority = Literal["routine", "priority"]


class ShownHours(QuietHours):
    """Local times between which a line is shown; past midnight when `ends` is earlier."""


class TextEdition(Wire):
    """One language's words."""

    language: Language
    text: LineText


class TextLine(Wire):
    """Words that a board shows from `start` until `until`, in its `hours` or at any."""

    id: Identifier
    start: Instant
    until: Instant
    priority: LinePriority = "routine"
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=1000)]
    hours: Annotated[list[ShownHours], Field(max_length=8)] = []
    editions: Annotated[list[TextEdition], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.until <= self.start:
            raise ValueError("until is not after start")
        return self

    def is_due(self, now: datetime) -> bool:
        """Is it to be shown at this instant, as far as the line says?"""
        in_hours = not self.hours or any(one.covers(now) for one in self.hours)
        return self.start <= now < self.until and in_hours

    def edition_for(self, languages: Iterable[str]) -> TextEdition:
        """The first edition in the box's own order of languages, or the first there is."""
        by_language = {one.language: one for one in reversed(self.editions)}
        for language in languages:
            if language in by_language:
                return by_language[language]
        return self.editions[0]


class BoardText(Body):
    """All that a station's boards show. It replaces every earlier version whole.

    What was withdrawn is not in the next version, and goes off the board at once; a version
    without lines clears it.
    """

    version: Version
    station: AreaCode
    lines: Annotated[list[TextLine], Field(max_length=MAX_LINES)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len({line.id for line in self.lines}) != len(self.lines):
            raise ValueError("two lines have one id")
        return self

    @property
    def highest_priority(self) -> Priority:
        return max(
            (Priority(line.priority) for line in self.lines),
            key=lambda priority: priority.rank,
            default=Priority.ROUTINE,
        )

    def lines_for(self, areas: Iterable[str]) -> list[TextLine]:
        """The lines for a box with these area codes; the others are not its business."""
        own = set(areas)
        return [line for line in self.lines if not own.isdisjoint(line.areas)]


class TextReport(Body):
    """What stood on the board, as handed to it. The envelope's `id` is the report's id.

    `shown`: for the first time it stood there as long as the board lets a line stand. `over`: it
    is off again for good, with all its time. `missed`: it is over and never stood that long.
    """

    line_id: Identifier
    station: AreaCode
    state: Literal["shown", "over", "missed"]
    reason: (
        Literal["window", "withdrawn", "expired", "pre_empted", "board_failed", "retired"] | None
    ) = None
    # Absent for an alert, whose title is in no stated language.
    language: Language | None = None
    # As the board got it: folded to what it can show.
    text: LineText | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    times: Count = 0
    shown_ms: Count = 0

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.state == "shown") != (self.reason is None):
            raise ValueError("a reason belongs to what is over or missed, and only to it")
        if (self.state == "shown") != (self.ended_at is None):
            raise ValueError("an end belongs to what is over or missed, and only to it")
        if self.state == "missed":
            if self.times or self.started_at is not None or self.text is not None:
                raise ValueError("what was missed has not been shown")
        elif not self.times or self.started_at is None or self.text is None:
            raise ValueError("what was shown has its words, its beginning and its times")
        return self
