"""Each kind of report becomes a row, once, and is announced in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from speaker_link import topics
from speaker_link.messages import CommandAction

from tiengmo.speakers import events
from tiengmo.speakers.models import (
    Box,
    CommandState,
    HeldSound,
    LogPart,
    OutgoingCommand,
    PlayReport,
    Refusal,
    TextReport,
)
from tiengmo.speakers.technician.answers import take_answer
from tiengmo.speakers.updates.reports import note_refused_order

if TYPE_CHECKING:
    from speaker_link.envelope import BoxMessage

    from .ingest import Arrival


def record_play(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Store a proof of play and announce it; a copy of one that is known changes nothing."""
    if PlayReport.objects.filter(pk=message.id).exists():
        return
    body = message.body
    report = PlayReport.objects.create(
        id=message.id,
        box=box,
        item_id=body.item_id,
        station_code=body.station,
        sha256=body.sha256 or "",
        language=body.language or "",
        outcome=str(body.outcome),
        reason=str(body.reason or ""),
        scheduled_at=body.scheduled_start,
        started_at=body.started_at,
        start_error_ms=body.start_error_ms,
        sample_rate=body.sample_rate,
        samples_played=body.samples_played,
        samples_total=body.samples_expected,
        underruns=body.underruns,
        level_dbfs=body.level_dbfs,
        output=box.output,
        received_at=arrival.received_at,
        envelope=arrival.payload.decode(),
    )
    Box.objects.filter(pk=box.pk).update(changed_at=timezone.now())
    events.play_reported.send(sender=PlayReport, report=report)


def record_text(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Store what stood on a text board and announce it; a copy changes nothing."""
    if TextReport.objects.filter(pk=message.id).exists():
        return
    body = message.body
    report = TextReport.objects.create(
        id=message.id,
        box=box,
        line_id=body.line_id,
        station_code=body.station,
        state=body.state,
        reason=body.reason or "",
        language=body.language or "",
        text=body.text or "",
        started_at=body.started_at,
        ended_at=body.ended_at,
        times=min(body.times, 2**31 - 1),
        shown_ms=body.shown_ms,
        received_at=arrival.received_at,
        envelope=arrival.payload.decode(),
    )
    Box.objects.filter(pk=box.pk).update(changed_at=timezone.now())
    events.text_reported.send(sender=TextReport, report=report)


def record_held(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Note that a box holds an item's verified sound."""
    _held, is_new = HeldSound.objects.get_or_create(
        box=box,
        item_id=message.body.item_id,
        sha256=message.body.sha256,
        defaults={"held_at": message.iat, "received_at": arrival.received_at},
    )
    if is_new:
        events.sound_held.send(sender=HeldSound, box=box, item_id=message.body.item_id)


def record_refusal(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Keep what a box would not obey, and show the newest on the board."""
    if Refusal.objects.filter(pk=message.id).exists():
        return
    body = message.body
    refusal = Refusal.objects.create(
        id=message.id,
        box=box,
        reason=body.reason,
        detail=body.detail,
        topic=body.topic[:200],
        message_id=body.message_id or "",
        at=body.refused_at,
        received_at=arrival.received_at,
        envelope=arrival.payload.decode(),
    )
    if body.topic == topics.time(box.serial):
        # An answer about the time that came too late to be of use: kept, and no news to anybody.
        return
    Box.objects.filter(pk=box.pk).update(
        last_refusal_reason=refusal.reason,
        last_refusal_at=refusal.at,
        last_refusal_detail=refusal.detail,
        changed_at=timezone.now(),
    )
    events.box_refused.send(sender=Refusal, refusal=refusal)


def record_result(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Note what became of a command."""
    body = message.body
    done = body.outcome == "done"
    OutgoingCommand.objects.filter(pk=body.command_id, box=box).update(
        state=CommandState.DONE if done else CommandState.REFUSED,
        answered_at=arrival.received_at,
        answer=body.detail[:300],
    )
    Box.objects.filter(pk=box.pk).update(changed_at=timezone.now())
    if not done:
        note_refused_order(body.command_id, box=box, detail=body.detail)
    take_answer(
        body.command_id,
        box=box,
        is_good=done,
        findings=list(body.findings),
        at=arrival.received_at,
    )


def record_log(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Keep a part of a log that somebody asked for; what nobody asked for is not kept."""
    body = message.body
    asked = OutgoingCommand.objects.filter(
        pk=body.command_id, box=box, command=CommandAction.SEND_LOG
    ).first()
    if asked is None:
        return
    LogPart.objects.get_or_create(
        command=asked,
        part=body.part,
        defaults={
            "parts": body.parts,
            "lines": list(body.lines),
            "received_at": arrival.received_at,
        },
    )
    Box.objects.filter(pk=box.pk).update(changed_at=timezone.now())
