"""From signed words to what one place hears, and in which language."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from speaker_link.messages import Alert, Schedule, Takeover
from speaker_link.parts import edition_for

from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.broadcasting.rules.allowed import quiet_spans
from tiengmo.places.models import Village
from tiengmo.speakers.sounds import is_withheld

from .rules import ALERT_RANK, Air, Sound, is_most, repetitions
from .signed import OpenedStream, SignedWords, stream_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speaker_link.parts import Edition

    from tiengmo.places.models import Unit

    from .signed import Word

# Around now: what was said a moment ago may still be on its way to a listener.
BEFORE_SECONDS, AFTER_SECONDS = 30.0, 30.0
PLACES_SECONDS = 20.0


class Places:
    """Which villages an area means, read anew now and then. Used by one thread."""

    def __init__(self) -> None:
        self.languages: frozenset[str] = frozenset()
        self._airtime: Airtime | None = None
        self._read_at = 0.0

    def at(self, now: float) -> Airtime:
        if self._airtime is None or not 0 <= now - self._read_at < PLACES_SECONDS:
            self._airtime, self._read_at = Airtime(), now
            spoken = Village.objects.values_list("languages", flat=True)
            self.languages = frozenset(language for own in spoken for language in own)
        return self._airtime


def air_of(
    unit: Unit, language: str, words: Iterable[Word], airtime: Airtime, now: float
) -> tuple[Air, list[Word]]:
    """Give what a unit's loudspeakers say around now, and the takeovers that are part of it."""
    own = airtime.villages([unit.code])
    sounds: list[Sound] = []
    takeovers: list[Word] = []
    replaced: dict[str, float] = {}
    alerts: list[Word] = []
    for word in words:
        body = word.body
        if isinstance(body, Alert):
            alerts.append(word)
            for other in body.references:
                start = body.start.timestamp()
                replaced[other] = max(start, replaced.get(other, start))
        elif isinstance(body, Takeover):
            if not body.ended and is_most(len(own & airtime.villages(word.areas)), len(own)):
                takeovers.append(word)
                sounds.append(_live(word, body))
        else:
            sounds += _items(body, language, airtime, own, now)
    for word in alerts:
        # Whoever listens may live where it holds, and it says itself for whom it is.
        if own & airtime.villages(word.areas):
            sounds += _alert(word, language, replaced, now)
    return Air(tuple(_not_taken_back(sounds)), _quiet(unit, airtime, now)), takeovers


def _live(word: Word, body: Takeover) -> Sound:
    return Sound(
        key=word.topic,
        rank=word.message.priority.rank,
        begins=body.start.timestamp(),
        ends=body.until.timestamp(),
        title=body.title,
        stream=stream_name(body.takeover, body.stream),
    )


def _items(
    body: Schedule, language: str, airtime: Airtime, own: frozenset[int], now: float
) -> Iterable[Sound]:
    last = datetime.fromtimestamp(now + AFTER_SECONDS, UTC)
    for item in body.items:
        if item.start > last:
            continue
        edition = edition_for(item.editions, [language] if language else [])
        begins = item.start.timestamp()
        ends = begins + edition.duration_ms / 1000
        if ends < now - BEFORE_SECONDS:
            continue
        if is_most(len(own & airtime.villages(item.areas)), len(own)):
            yield Sound(
                key=f"{body.station}/{item.id}",
                rank=item.priority.rank,
                begins=begins,
                ends=ends,
                title=item.title,
                sha256=edition.sha256,
            )


def _alert(word: Word, language: str, replaced: dict[str, float], now: float) -> Iterable[Sound]:
    body = word.body
    if not isinstance(body, Alert) or body.status == "Test" or word.message.test:
        return
    start = body.start.timestamp()
    if not body.editions or start <= replaced.get(body.alert, float("-inf")):
        return
    edition: Edition = edition_for(body.editions, [language] if language else [])
    seconds = edition.duration_ms / 1000
    for begins in repetitions(
        start,
        body.until.timestamp(),
        body.repeat_ms / 1000,
        first=now - BEFORE_SECONDS - seconds,
        last=now + AFTER_SECONDS,
    ):
        yield Sound(
            key=f"{word.topic}.{body.version}.{begins}",
            rank=ALERT_RANK,
            begins=begins,
            ends=begins + seconds,
            title=body.title,
            sha256=edition.sha256,
        )


def _not_taken_back(sounds: Sequence[Sound]) -> Iterable[Sound]:
    """Without what was withdrawn, also where the schedule that says so is not signed yet."""
    items = {sound.key: _uuid(sound.key) for sound in sounds if sound.sha256}
    ids = [one for one in items.values() if one is not None]
    cancelled = set(
        PlayoutItem.objects.filter(pk__in=ids)
        .exclude(cancelled_at=None)
        .values_list("pk", flat=True)
    )
    withheld = {
        sha256
        for sha256 in {sound.sha256 for sound in sounds if sound.sha256}
        if is_withheld(sha256)
    }
    for sound in sounds:
        if items.get(sound.key) not in cancelled and sound.sha256 not in withheld:
            yield sound


def _uuid(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key.rpartition("/")[2])
    except ValueError:
        return None


def _quiet(unit: Unit, airtime: Airtime, now: float) -> tuple[tuple[float, float], ...]:
    at = datetime.fromtimestamp(now, UTC)
    spans = quiet_spans(
        airtime.allowed(unit.pk).quiet_hours,
        at - timedelta(minutes=2),
        at + timedelta(minutes=2),
        airtime.zone,
    )
    return tuple((span.start.timestamp(), span.end.timestamp()) for span in spans)


class Asked:
    """Answers what several streams need in one look at the database. Used by one thread."""

    def __init__(self) -> None:
        self._words = SignedWords()
        self._places = Places()

    def place(self, code: str, language: str, now: float) -> tuple[str, str] | None:
        """Give what somebody who asks for this hears; None: no unit has this code.

        A language that no village here understands first or later is no stream of its own.
        """
        units = self._places.at(now).units.values()
        if not any(unit.code == code for unit in units):
            return None
        return code, language if language in self._places.languages else ""

    def look(
        self, wanted: Iterable[tuple[str, str]], now: float
    ) -> tuple[dict[tuple[str, str], Air], list[OpenedStream]]:
        """Give the air of each (unit code, language), and the streams that are open there."""
        airtime = self._places.at(now)
        units = {unit.code: unit for unit in airtime.units.values()}
        lines = {
            (code, language): [airtime.units[pk].code for pk in airtime.line(units[code].pk)]
            for code, language in wanted
            if code in units
        }
        followed = sorted({code for line in lines.values() for code in line})
        words = self._words.of(followed)
        airs: dict[tuple[str, str], Air] = {}
        opened: dict[str, OpenedStream] = {}
        for (code, language), line in lines.items():
            heard = [word for word in words if word.body.station in line]
            air, takeovers = air_of(units[code], language, heard, airtime, now)
            airs[code, language] = air
            for word in takeovers:
                stream = self._words.stream_of(word)
                opened[stream.name] = stream
        return airs, list(opened.values())
