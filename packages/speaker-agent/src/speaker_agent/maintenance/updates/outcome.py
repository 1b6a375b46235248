"""After the change: the new program vouches for itself, and whichever runs tells how it ended."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from typing import TYPE_CHECKING, Any

from speaker_link.kinds import Kind
from speaker_link.updates import UpdateReport

from speaker_agent.maintenance.self_test import self_test
from speaker_agent.maintenance.updates import slots as memory
from speaker_agent.maintenance.updates.install import PENDING, base_folder

if TYPE_CHECKING:
    from pathlib import Path

    from speaker_agent.box import Box

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
AGAIN_SECONDS = 5.0


async def settle(box: Box) -> None:
    """What the last change left to be done; never the reason that a box does not run."""
    base = base_folder()
    if base is None:
        return
    try:
        silent_ms = _silent_ms()
        pending = json.loads((await asyncio.to_thread(box.journal.documents)).get(PENDING, "{}"))
        order = os.environ.get("SPEAKER_AGENT_TRIAL", "")
        if order:
            await _vouch(box, base, order, pending)
        if pending:
            await _tell(box, base, pending, is_trial=bool(order), silent_ms=silent_ms)
    except Exception:
        log.exception("how an update ended is not told")


def _silent_ms() -> int | None:
    """Since the program before was gone. One that was begun by hand or by a reboot cannot say."""
    text = os.environ.pop("SPEAKER_AGENT_STOPPED_AT", "")
    return max(0, int((time.monotonic() - float(text)) * 1000)) if text else None


async def _vouch(box: Box, base: Path, order: str, pending: dict[str, Any]) -> None:
    """Good is a program whose word has reached the broker, and that sounds if the one before did.

    While it has no line it says nothing, and the launcher takes it back.
    """
    await box.installer.was_heard.wait()
    verdict: dict[str, Any] = {"id": order, "is_good": True}
    if pending.get("output_was_well") and "device_failed" in await self_test(box, is_silent=True):
        verdict = {"id": order, "is_good": False, "reason": "device_failed"}
    while True:
        try:
            await asyncio.to_thread(memory.write_document, base / memory.VERDICT, verdict)
        except OSError as error:
            log.warning("cannot vouch for this program: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return


async def _tell(
    box: Box, base: Path, pending: dict[str, Any], *, is_trial: bool, silent_ms: int | None
) -> None:
    """Once: the report and the end of what it is about are one write."""
    while True:
        outcome = (await asyncio.to_thread(memory.load, base)).outcome
        if outcome is not None and outcome.id == pending["id"]:
            break
        if not is_trial:
            # It was never tried: the change itself was cut short.
            outcome = memory.Outcome(pending["id"], pending["name"], "rolled_back", "interrupted")
            break
        await asyncio.sleep(LOOK_SECONDS)
    report = UpdateReport(
        command_id=pending["id"],
        state="confirmed" if outcome.result == "confirmed" else "rolled_back",
        version=pending["version"],
        reason=outcome.reason or None,
        reported_at=box.pen.now(),
        silent_ms=silent_ms,
    )
    await box.reporter.send(Kind.UPDATE_REPORT, report, also=(box.journal.drop_write(PENDING),))
    box.tell_status()
