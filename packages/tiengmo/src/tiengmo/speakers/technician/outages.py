"""Absences, opened and closed with the boxes' own words; and when anybody listened at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tiengmo.speakers.models import Listening, Outage, OutageCause

from .rules import SAME_PROGRAM_WITHIN, cause_of_absence, counted_on

if TYPE_CHECKING:
    from typing import Any

    from speaker_link.messages import Status

    from tiengmo.speakers.models import Box

# The gateway says every few seconds that it listens; after a gap longer than this it did not.
LISTENING_GAP = timedelta(seconds=15)


def fell_silent(box: Box, since: datetime, *, is_orderly: bool = False) -> None:
    """Open the box's outage, if none is open: a will may follow the box's own farewell."""
    Outage.objects.get_or_create(
        box=box,
        ended_at=None,
        defaults={
            "began_at": since,
            "cause": OutageCause.ORDERLY if is_orderly else OutageCause.UNKNOWN,
        },
    )


def life_of(box: Box, status: Status, at: datetime) -> dict[str, Any]:
    """What a status says of the box's boot, program and counters, as fields of the box."""
    fields: dict[str, Any] = {
        "missing_sounds": status.missing_sounds,
        "is_test_mode_reported": status.is_test_mode,
    }
    if status.boot_id:
        fields["boot_id"] = status.boot_id
    if status.running_seconds is None:
        return fields
    began_at = at - timedelta(seconds=status.running_seconds)
    before = box.program_began_at
    is_same = before is not None and abs(began_at - before) <= SAME_PROGRAM_WITHIN
    if not is_same:
        fields["program_began_at"] = began_at
    for total, counted, now in (
        ("bytes_in", "counted_in", status.bytes_in),
        ("bytes_out", "counted_out", status.bytes_out),
    ):
        fields[total] = counted_on(
            getattr(box, total), getattr(box, counted), now, is_same_program=is_same
        )
        if now is not None:
            fields[counted] = now
    return fields


def is_another_life(box: Box, life: dict[str, Any]) -> bool:
    """Did the machine or the program begin anew since the box's last status?"""
    has_booted = bool(box.boot_id) and life.get("boot_id", box.boot_id) != box.boot_id
    return has_booted or (box.program_began_at is not None and "program_began_at" in life)


def came_back(box: Box, life: dict[str, Any], at: datetime) -> None:
    """Close the box's outage with its likely cause; a restart nobody noticed is one of no length.

    `box` is as it was before the status, `life` what `life_of` read from it.
    """
    boot_now = life.get("boot_id", box.boot_id)
    program_now = life.get("program_began_at", box.program_began_at)
    outage = Outage.objects.filter(box=box, ended_at=None).first()
    if outage is None:
        if not is_another_life(box, life) or box.last_seen_at is None:
            return
        outage = Outage(box=box, began_at=min(box.last_seen_at, at))
    outage.ended_at = max(at, outage.began_at)
    outage.cause = cause_of_absence(
        is_orderly=outage.cause == OutageCause.ORDERLY,
        boot_before=box.boot_id,
        boot_now=boot_now,
        program_before=box.program_began_at,
        program_now=program_now,
    )
    outage.save()


def note_listening(now: datetime) -> None:
    """Note that the gateway hears the broker, now: one row for as long as that goes on."""
    newest = Listening.objects.order_by("-until_at").first()
    if newest is not None and timedelta() <= now - newest.until_at <= LISTENING_GAP:
        Listening.objects.filter(pk=newest.pk).update(until_at=now)
    elif newest is None or now > newest.until_at:
        Listening.objects.create(began_at=now, until_at=now)
