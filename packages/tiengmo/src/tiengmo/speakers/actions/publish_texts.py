from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.utils import timezone
from speaker_link import topics
from speaker_link.boards import MAX_LINES, BoardText, ShownHours, TextEdition, TextLine
from speaker_link.envelope import compose, sign
from speaker_link.kinds import Priority

from tiengmo.speakers.keys import board_signer
from tiengmo.speakers.models import RetainedMessage
from tiengmo.speakers.retention import retain
from tiengmo.speakers.rules import utc_offset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from tiengmo.places.models import Unit


class Line(Protocol):
    """What a station wants on its boards; `led_boards.BoardLine` is one.

    editions: [{language, text}], texts as `speaker_link.boards.LineText` allows. hours:
    [{start, end}] in local time, none for the whole day.
    """

    areas: Sequence[str]
    editions: Sequence[dict[str, str]]
    hours: Sequence[dict[str, str]]
    priority: str
    start_at: datetime
    until_at: datetime

    @property
    def name(self) -> str:
        """What boxes call it in their reports."""


def publish_texts(station: Unit, lines: Callable[[], Iterable[Line]]) -> RetainedMessage | None:
    """Sign all that a station's boards show and have it stand on the broker, in place of before.

    `lines` is asked once nobody else can publish for this station: what was committed meanwhile is
    in it. None when there is nothing to show and never was.

    Raises:
        NoStationKey: nobody may sign for this station's boards.
    """
    topic = topics.text(station.code)
    if not RetainedMessage.objects.filter(topic=topic).exists() and not list(lines()):
        return None
    signer = board_signer(station)
    now = timezone.now()

    def signed(version: int) -> str:
        # What weighs most and came last, where there is more than a message holds.
        chosen = sorted(lines(), key=lambda one: one.start_at, reverse=True)
        chosen.sort(key=lambda one: -Priority(one.priority).rank)
        body = BoardText(
            version=version,
            station=station.code,
            lines=[_on_wire(line, station) for line in chosen[:MAX_LINES]],
        )
        message = compose(body, now=now, areas=[station.code])
        return sign(message, by=[signer])

    return retain(topic, signed)


def _on_wire(line: Line, station: Unit) -> TextLine:
    offset = utc_offset(timezone.localtime())
    return TextLine(
        id=line.name,
        start=line.start_at,
        until=line.until_at,
        priority="priority" if line.priority == Priority.PRIORITY else "routine",
        areas=list(line.areas) or [station.code],
        hours=[
            ShownHours(starts=one["start"], ends=one["end"], utc_offset=offset)
            for one in line.hours
        ],
        editions=[TextEdition(language=one["language"], text=one["text"]) for one in line.editions],
    )
