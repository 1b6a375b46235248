"""Carrying out a verified command, and saying how it went."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Literal

from speaker_link.kinds import Kind
from speaker_link.messages import Command, CommandAction, CommandResult, CutReason, LogReport

from speaker_agent.inbox import SCHEDULE_PREFIX
from speaker_agent.maintenance.log_file import last_lines, parts
from speaker_agent.maintenance.self_test import SERIOUS, self_test
from speaker_agent.maintenance.updates.install import CannotInstall
from speaker_agent.playing.conductor import TONE_KEY

if TYPE_CHECKING:
    from speaker_link.envelope import Message

    from speaker_agent.box import Box
log = logging.getLogger(__name__)


class CannotObey(Exception):
    """The command is good, but it cannot be done now; the text says why."""


async def obey(box: Box, message: Message[Command], text: str) -> None:
    """Do it once. The message was remembered before, so it is not done twice.

    `text` is the message as it came, for what is judged again later.
    """
    command = message.body
    outcome: Literal["done", "failed"] = "done"
    if command.action is CommandAction.SELF_TEST:
        # It lasts seconds, and other messages must not wait for it.
        box.spawn(_answer_self_test(box, message))
        return
    try:
        detail = await _do(box, message, text)
    except CannotObey as reason:
        outcome, detail = "failed", str(reason)
    result = CommandResult(
        command_id=message.id, outcome=outcome, detail=detail, finished_at=box.pen.now()
    )
    await box.reporter.send(Kind.COMMAND_RESULT, result)
    box.tell_status()
    if command.action is CommandAction.RETIRE:
        await box.retire()


async def _answer_self_test(box: Box, message: Message[Command]) -> None:
    findings = await self_test(box, is_silent=bool(message.body.is_silent))
    is_good = SERIOUS.isdisjoint(findings)
    result = CommandResult(
        command_id=message.id,
        outcome="done" if is_good else "failed",
        findings=findings,
        finished_at=box.pen.now(),
    )
    await box.reporter.send(Kind.COMMAND_RESULT, result)


async def _do(box: Box, message: Message[Command], text: str) -> str:
    command = message.body
    match command.action:
        case CommandAction.SET_VOLUME:
            return _set_volume(box, command.volume or 0)
        case CommandAction.TEST_TONE:
            return _test_tone(box, (command.duration_ms or 2000) / 1000)
        case CommandAction.STOP:
            return await _stop(box, command.item_id)
        case CommandAction.REFRESH_SCHEDULE:
            await box.refresh()
            return ""
        case CommandAction.SEND_LOG:
            return await _send_log(box, message)
        case CommandAction.INSTALL_UPDATE:
            return await _install(box, message, text)
        case CommandAction.CANCEL_UPDATE:
            if not await box.installer.cancel():
                raise CannotObey("no update waits here")
            return ""
        case CommandAction.RETIRE | CommandAction.SELF_TEST:
            return ""


async def _install(box: Box, message: Message[Command], text: str) -> str:
    try:
        return await box.installer.take(message, text)
    except CannotInstall as reason:
        raise CannotObey(str(reason)) from reason


async def _send_log(box: Box, message: Message[Command]) -> str:
    if box.host.log_file is None:
        raise CannotObey("no log is kept here")
    lines = await asyncio.to_thread(last_lines, box.host.log_file, message.body.lines or 1)
    portions = list(parts(lines))
    for number, portion in enumerate(portions, 1):
        report = LogReport(command_id=message.id, part=number, parts=len(portions), lines=portion)
        await box.reporter.send(Kind.LOG, report)
    return f"{len(lines)}"


def _set_volume(box: Box, percent: int) -> str:
    assignment = box.assignment
    if assignment is None:
        raise CannotObey("no assignment yet")
    if percent > assignment.max_volume:
        raise CannotObey(f"above the limit of {assignment.max_volume}")
    box.set_volume(percent)
    kept = {"assignment_version": assignment.version, "volume": percent, "slot": box.volume_slot}
    box.journal.keep("volume", json.dumps(kept))
    box.conductor.look()
    return f"{percent}"


def _test_tone(box: Box, seconds: float) -> str:
    if box.player.current is not None or box.player.armed is not None:
        raise CannotObey("something is playing, and a test never cuts it off")
    if box.volume == 0:
        raise CannotObey("the volume is zero")
    box.conductor.test_tone(seconds)
    return f"{seconds:g} s"


async def _stop(box: Box, item_id: str | None) -> str:
    if item_id is None:
        if not box.conductor.cut(None, CutReason.STOPPED):
            raise CannotObey("nothing is playing")
        return ""
    if box.desk.silence(item_id):
        return item_id
    matching = [e for e in box.book.entries.values() if e.item.id == item_id and not e.is_done]
    if not matching:
        raise CannotObey("no such item here")
    for entry in matching:
        is_at_it = box.conductor.cut(entry.key, CutReason.STOPPED)
        if not is_at_it:
            await box.conductor.refuse_to_play(entry, CutReason.STOPPED)
    box.conductor.look()
    return TONE_KEY if item_id == TONE_KEY else item_id


async def distrust(box: Box) -> None:
    """A key was revoked: what it alone had signed is not played any more, nor installed."""
    await box.installer.distrust()
    # Without the time nothing can be judged; it is done when the time is known.
    box.distrust_is_due = not box.clock.is_trusted
    if box.distrust_is_due:
        return
    valid = await box.inbox.still_valid()
    await box.desk.distrust(valid)
    if box.board is not None:
        await box.board.distrust(valid)
    for station in [s for s in box.book.schedules if SCHEDULE_PREFIX + s not in valid]:
        log.warning("%s: the schedule of %s is no longer believed", box.serial, station)
        box.journal.drop(SCHEDULE_PREFIX + station)
        box.book.withdraw_station(station)
    box.after_schedule()
