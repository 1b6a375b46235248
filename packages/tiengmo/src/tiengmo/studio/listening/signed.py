"""A station's signed words as a box believes them: schedule, takeovers, alerts.

Listening obeys what loudspeakers obey and nothing else: each text is judged as a box of its area
judges it, with the root key that is pinned here, and a live segment by the takeover that opened its
stream.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from speaker_link import envelope, topics
from speaker_link.errors import Refused
from speaker_link.messages import Alert, Live, Schedule, Takeover
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import OpenStream, Scope, Trust
from speaker_link.verification import verify

from tiengmo.places.queries import area_path, villages_in
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import IssuerKey, RetainedMessage, StationKey
from tiengmo.speakers.revocations import revoked_elsewhere, trust_now

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

# A key that was taken back is believed for no longer than this.
TRUST_SECONDS = 5.0
SERIAL = "nghe"


@dataclass(frozen=True)
class Word:
    """A message that was judged good, and for whom it is."""

    topic: str
    version: int
    message: envelope.Message[Any]
    path: tuple[str, ...]

    @property
    def body(self) -> Schedule | Takeover | Alert:
        body: Schedule | Takeover | Alert = self.message.body
        return body

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(self.message.areas or ())


@dataclass
class OpenedStream:
    """A stream that a takeover opened, and how to judge its segments. Used by the event loop."""

    name: str
    topic: str
    trust: Trust
    scope: Scope
    replay: MemoryReplayCache = field(default_factory=MemoryReplayCache)

    def segment(self, text: str | bytes, topic: str) -> Live | None:
        """The segment, if boxes will play it."""
        try:
            message = verify(
                text,
                trust=self.trust,
                scope=self.scope,
                now=timezone.now(),
                replay=self.replay,
                topic=topic,
            )
        except Refused as refusal:
            logger.info("listening: %s: %s", topic, refusal)
            return None
        return message.body if isinstance(message.body, Live) else None


def stream_name(takeover: str, stream: str) -> str:
    return f"{takeover}.{stream}"


class SignedWords:
    """Reads what stations have standing on the broker; each version is judged once."""

    def __init__(self) -> None:
        self._known: dict[str, Word | None] = {}
        self._versions: dict[str, int] = {}
        self._trust: Trust | None = None
        self._trusted_at = 0.0

    def of(self, stations: Iterable[str]) -> list[Word]:
        """Everything that these stations say now and boxes obey."""
        self._renew_trust()
        rows = [
            row
            for code in stations
            for row in RetainedMessage.objects.filter(
                topic__startswith=f"{topics.PREFIX}/stations/{code}/"
            ).values_list("topic", "version")
        ]
        wanted = {topic for topic, version in rows if self._versions.get(topic) != version}
        if wanted:
            for topic, version, text in RetainedMessage.objects.filter(
                topic__in=wanted
            ).values_list("topic", "version", "payload"):
                self._known[topic] = self._judged(topic, version, text)
                self._versions[topic] = version
        standing = {topic for topic, _version in rows}
        for topic in [one for one in self._known if one not in standing]:
            del self._known[topic]
            self._versions.pop(topic, None)
        now = timezone.now()
        found = [self._known[topic] for topic in standing]
        return [word for word in found if word is not None and now < word.message.exp]

    def stream_of(self, word: Word) -> OpenedStream:
        """How the segments of a takeover's stream are judged."""
        body = word.body
        if not isinstance(body, Takeover) or self._trust is None:
            raise TypeError(f"{word.topic} opens no stream")
        opened = OpenStream.of(body, areas=word.areas, priority=word.message.priority)
        return OpenedStream(
            stream_name(body.takeover, body.stream),
            topics.live(body.station, body.takeover),
            self._trust,
            self._scope(word.path, streams=(opened,)),
        )

    def _renew_trust(self) -> None:
        if self._trust is not None and time.monotonic() - self._trusted_at < TRUST_SECONDS:
            return
        trust = trust_now()
        revoked = {
            kid
            for model in (StationKey, IssuerKey)
            for kid in model.objects.exclude(revoked_at=None).values_list("kid", flat=True)
        } | {entry.kid for entry in revoked_elsewhere() if entry.kid is not None}
        trust = replace(trust, revoked=trust.revoked | revoked)
        if self._trust is None or (trust.roots, trust.revoked) != (
            self._trust.roots,
            self._trust.revoked,
        ):
            self._known.clear()
            self._versions.clear()
            self._trust = trust
        self._trusted_at = time.monotonic()

    def _judged(self, topic: str, version: int, text: str) -> Word | None:
        where = topics.parse(topic)
        if not text or where is None or self._trust is None:
            return None
        try:
            claimed = envelope.peek(text)
            village = villages_in(claimed.areas or []).select_related("unit").first()
            if village is None:
                return None
            path = tuple(area_path(village))
            message = verify(
                text,
                trust=self._trust,
                # Never in test mode: what is for test benches is nobody's to hear.
                scope=self._scope(path),
                now=timezone.now(),
                replay=MemoryReplayCache(),
                topic=topic,
            )
        except (Refused, SpeakerError) as refusal:
            logger.info("listening: %s: %s", topic, refusal)
            return None
        return Word(topic, version, message, path)

    @staticmethod
    def _scope(path: tuple[str, ...], streams: tuple[OpenStream, ...] = ()) -> Scope:
        return Scope(serial=SERIAL, areas=path, stations=path[1:], streams=streams)
