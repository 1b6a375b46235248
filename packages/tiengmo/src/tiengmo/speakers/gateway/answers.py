"""Signed answers of the gateway itself: the time, and what is stored."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import Signer, compose, sign
from speaker_link.errors import Refused
from speaker_link.keys import PublicKey
from speaker_link.messages import Ack, TimeAnswer
from speaker_link.verification import verify_from_box

from tiengmo.speakers.keys import gateway_signer
from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from tiengmo.speakers.actions.ingest import Arrival

    from .database import Lane

logger = logging.getLogger(__name__)

_KEYS_GOOD_FOR_SECONDS = 60
# As many ids as one acknowledgement may carry.
_IDS = 1000


class Answers:
    """Keys are remembered for a minute, so that the time is told without asking the database."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._keys: dict[str, tuple[float, PublicKey]] = {}
        self._signer: tuple[float, Signer] | None = None

    async def to_time_request(self, arrival: Arrival) -> tuple[str, str] | None:
        """Answer a verified time request: the box's serial and the signed text."""
        topic = topics.parse(arrival.topic)
        if topic is None:
            return None
        key = await self._key(topic.owner)
        if key is None:
            return None
        try:
            request = verify_from_box(
                arrival.payload, key=key, serial=topic.owner, topic=arrival.topic
            )
        except Refused as refusal:
            logger.warning("time request on %s refused: %s", arrival.topic, refusal)
            return None
        signer = await self._own_signer()
        now = timezone.now()
        body = TimeAnswer(nonce=request.body.nonce, received_at=arrival.received_at, sent_at=now)
        return topic.owner, sign(compose(body, now=now, to=topic.owner), by=[signer])

    async def acknowledgements(self, stored: dict[str, list[str]]) -> list[tuple[str, str]]:
        """Return (serial, signed text) telling each box which of its reports are stored."""
        signer = await self._own_signer()
        now = timezone.now()
        return [
            (
                serial,
                sign(compose(Ack(ids=ids[start : start + _IDS]), now=now, to=serial), by=[signer]),
            )
            for serial, ids in stored.items()
            for start in range(0, len(ids), _IDS)
        ]

    async def _key(self, serial: str) -> PublicKey | None:
        known = self._keys.get(serial)
        if known is not None and time.monotonic() - known[0] < _KEYS_GOOD_FOR_SECONDS:
            return known[1]
        jwk = await self._lane.run(_key_of, serial)
        if jwk is None:
            return None
        key = PublicKey.from_jwk(jwk)
        self._keys[serial] = (time.monotonic(), key)
        return key

    async def _own_signer(self) -> Signer:
        if self._signer is None or time.monotonic() - self._signer[0] > _KEYS_GOOD_FOR_SECONDS:
            self._signer = (time.monotonic(), await self._lane.run(gateway_signer))
        return self._signer[1]


def _key_of(serial: str) -> dict[str, str] | None:
    return (
        Box.objects.filter(pk=serial, retired_at=None).values_list("public_key", flat=True).first()
    )
