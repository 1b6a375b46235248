"""What boxes say, verified and stored in batches: statuses, play reports, held sounds, refusals."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q
from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import LAST_WORD
from speaker_link.errors import Refused
from speaker_link.keys import PublicKey
from speaker_link.kinds import Kind
from speaker_link.verification import verify_from_box

from tiengmo.speakers import events
from tiengmo.speakers.models import Box
from tiengmo.speakers.technician import outages
from tiengmo.speakers.updates.reports import record_update

from .record_local_issue import record_local_issue
from .record_reports import (
    record_held,
    record_log,
    record_play,
    record_refusal,
    record_result,
    record_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from speaker_link.envelope import BoxMessage
    from speaker_link.messages import Status

logger = logging.getLogger(__name__)

_RECORDERS = {
    Kind.PLAY_REPORT: record_play,
    Kind.HELD: record_held,
    Kind.TEXT_REPORT: record_text,
    Kind.REFUSAL: record_refusal,
    Kind.COMMAND_RESULT: record_result,
    Kind.LOG: record_log,
    Kind.LOCAL_ISSUE: record_local_issue,
    Kind.UPDATE_REPORT: record_update,
}
# What the board shows: a status that changes none of these does not make the board draw again.
_SHOWN = (
    "is_online",
    "playing_item",
    "next_item",
    "next_start_at",
    "reported_volume",
    "is_time_trusted",
    "held_count",
    "output",
    "board",
    "agent_version",
    "missing_sounds",
    "is_test_mode_reported",
)
# The offset wanders by fractions; the board follows it in steps a person would notice.
_OFFSET_STEP_MS = 5.0


@dataclass(frozen=True)
class Arrival:
    """One message as it came from the broker."""

    topic: str
    payload: bytes
    received_at: datetime
    is_retained: bool = False


@dataclass
class Ingested:
    """What became of a batch: ids to acknowledge to each box, and what must be tried again."""

    stored: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    failed: list[Arrival] = field(default_factory=list)


@dataclass(frozen=True)
class _Heard:
    arrival: Arrival
    box: Box
    message: BoxMessage[Any]


def ingest(arrivals: Sequence[Arrival]) -> Ingested:
    """Store a batch in one transaction; nothing is acknowledged that is not committed.

    Messages that do not verify are logged and dropped: sent again they would not verify either. A
    report whose receivers fail is given back in `failed`, and the others stand.

    Raises:
        DatabaseError: nothing of the batch was stored.
    """
    serials = {topic.owner for one in arrivals if (topic := topics.parse(one.topic)) is not None}
    result = Ingested()
    boxes = Box.objects.in_bulk(serials)
    heard = [one for arrival in arrivals if (one := _verified(arrival, boxes)) is not None]
    with transaction.atomic():
        for one in _newest_statuses(heard):
            _take_status(one)
        for one in heard:
            recorder = _RECORDERS.get(one.message.typ)
            if recorder is None:
                continue
            try:
                with transaction.atomic():
                    recorder(one.message, box=one.box, arrival=one.arrival)
            except (DatabaseError, InterfaceError) as error:
                if _is_about_the_database(error):
                    raise
                logger.exception("report %s of %s", one.message.id, one.box.serial)
                result.failed.append(one.arrival)
            except Exception:
                # A receiver's own fault must not hold up everybody else's reports.
                logger.exception("report %s of %s", one.message.id, one.box.serial)
                result.failed.append(one.arrival)
            else:
                result.stored[one.box.serial].append(one.message.id)
    return result


def _is_about_the_database(error: Exception) -> bool:
    """Is the whole database away or locked (then the batch waits), or is one row at fault?"""
    from django.db import OperationalError

    return isinstance(error, OperationalError | InterfaceError)


def _verified(arrival: Arrival, boxes: dict[str, Box]) -> _Heard | None:
    topic = topics.parse(arrival.topic)
    if topic is None or not topic.is_from_box or not arrival.payload:
        return None
    box = boxes.get(topic.owner)
    if box is None:
        logger.warning("message on %s from a box that is not enrolled", arrival.topic)
        return None
    try:
        message = verify_from_box(
            arrival.payload,
            key=PublicKey.from_jwk(box.public_key),
            serial=box.serial,
            topic=arrival.topic,
        )
    except Refused as refusal:
        logger.warning("message on %s refused: %s", arrival.topic, refusal)
        return None
    return _Heard(arrival, box, message)


def _newest_statuses(heard: list[_Heard]) -> list[_Heard]:
    newest: dict[str, _Heard] = {}
    for one in heard:
        if one.message.typ is not Kind.STATUS:
            continue
        known = newest.get(one.box.serial)
        if known is None or one.message.order > known.message.order:
            newest[one.box.serial] = one
    return list(newest.values())


def _take_status(one: _Heard) -> None:
    box, message, at = one.box, one.message, one.arrival.received_at
    status: Status = message.body
    session, sequence = message.order
    is_online = status.state == "online"
    life: dict[str, Any] = {}
    live: dict[str, Any] = {
        "is_online": is_online,
        "session": session,
        "sequence": sequence,
        "agent_version": status.agent_version[:40],
    }
    if is_online:
        live |= {
            "last_seen_at": at,
            "silent_since": None,
            "online_since": box.online_since if box.is_online else at,
            "output": status.output[:200],
            "board": (status.board or "")[:200],
            "reported_volume": status.volume,
            "is_time_trusted": status.time_is_trusted,
            "clock_offset_ms": status.clock_offset_ms,
            "playing_item": status.playing_item or "",
            "next_item": status.next_item or "",
            "next_start_at": status.next_start,
            "held_count": len(status.held_items),
            "free_bytes": status.free_bytes,
            "schedules": {one.station: one.version for one in status.schedules},
            "texts": {one.station: one.version for one in status.texts or []},
        }
        life = outages.life_of(box, status, at)
        live |= life
    else:
        # The will comes up to 30 s after the box fell silent: say since when it was not heard.
        live |= {
            "silent_since": box.silent_since or box.last_seen_at or at,
            "online_since": None,
            "playing_item": "",
        }
    if _is_shown_change(box, live):
        # Now, not when it came: a board that looked in between must still be told.
        live["changed_at"] = timezone.now()
    # Older words (a will that arrives after the box is back, a retained copy) change nothing.
    newer = Q(session__lt=session) | Q(session=session, sequence__lt=sequence)
    taken = Box.objects.filter(newer, pk=box.pk).update(**live)
    if taken and is_online:
        if not box.is_online or outages.is_another_life(box, life):
            outages.came_back(box, life, at)
    elif taken and status.state == "offline":
        outages.fell_silent(box, live["silent_since"], is_orderly=sequence != LAST_WORD)
    if taken and is_online and live["schedules"] != box.schedules:
        events.schedules_taken.send(sender=Box, box=box, versions=live["schedules"])
    if taken and is_online and live["texts"] != box.texts:
        events.texts_taken.send(sender=Box, box=box, versions=live["texts"])
    if taken and is_online != box.is_online:
        events.presence_changed.send(sender=Box, box=box, is_online=is_online)


def _is_shown_change(box: Box, live: dict[str, Any]) -> bool:
    if any(name in live and live[name] != getattr(box, name) for name in _SHOWN):
        return True
    before, after = box.clock_offset_ms, live.get("clock_offset_ms")
    if before is None or after is None:
        return before is not after and "clock_offset_ms" in live
    return bool(abs(before - after) >= _OFFSET_STEP_MS)
