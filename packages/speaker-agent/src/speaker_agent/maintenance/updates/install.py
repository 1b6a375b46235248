"""From an order to the moment of change: judged, fetched, unpacked, checked, and then awaited.

Nothing that sounds is ever cut for it: the box waits for a quiet moment until the order expires.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import platform
import random
import shutil
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from speaker_link import topics
from speaker_link.errors import Refused
from speaker_link.kinds import Kind
from speaker_link.update_judgement import choose_update
from speaker_link.updates import UpdateReport
from speaker_link.verification import verify

from speaker_agent import VERSION
from speaker_agent.maintenance.updates import slots as memory
from speaker_agent.maintenance.updates.archive import BadArchive, unpack
from speaker_agent.memory import NoMemory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speaker_link.envelope import Message
    from speaker_link.messages import Command
    from speaker_link.updates import Update

    from speaker_agent.box import Box

log = logging.getLogger(__name__)

PENDING = "update/pending"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# No item may begin while the box is between two programs: several times what that takes.
FREE_SECONDS = 180.0
LOOK_SECONDS = 2.0
# As long as the server takes between two handfuls of orders.
SPREAD_SECONDS = 15.0
SELF_CHECK_SECONDS = 120.0
RESERVE_BYTES = 64 * 1024 * 1024
_State = Literal["installing", "confirmed", "failed"]
NEEDS = "this box was not installed so that it can be updated"


class CannotInstall(Exception):
    """Not now or not here; the first argument is the reason's name."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def base_folder() -> Path | None:
    """Where the launcher keeps programs; None without one."""
    text = os.environ.get("SPEAKER_AGENT_VERSIONS", "")
    return Path(text) if text else None


def architecture() -> str:
    """This machine's, as Debian calls it."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def program_name(update: Update) -> str:
    """What its folder is called."""
    return f"{update.version}-{update.sha256[:12]}"


class Order(NamedTuple):
    """What was ordered, as it came, and the program that was chosen of it."""

    id: str
    text: str
    update: Update
    exp: datetime


class Installer:
    """One box's order, at most one at a time."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self._task: asyncio.Task[None] | None = None
        self._order: Order | None = None
        self._is_changing = False
        self.was_heard = asyncio.Event()
        """Has the broker taken a word of this program?"""

    async def take(self, message: Message[Command], text: str) -> str:
        """Judge an order and begin; the version that will be tried. Raises `CannotInstall`."""
        base = base_folder()
        if base is None or self.box.host.boxes != 1:
            raise CannotInstall("not_updatable", NEEDS)
        slots = await asyncio.to_thread(memory.load, base)
        if self._is_changing or slots.trial is not None:
            raise CannotInstall("busy", "an update is being tried")
        update = await self._judge(message.id, message.body.updates or [])
        await self.cancel()
        order = Order(message.id, text, update, message.exp)
        if slots.active == os.environ.get("SPEAKER_AGENT_PROGRAM") == program_name(update):
            # The answer to an earlier order was lost to the server: it runs and has proved itself.
            await self._report(order, "confirmed")
            return update.version
        self._order = order
        self._task = asyncio.create_task(self._run(order))
        return update.version

    async def _judge(self, name: str, texts: Sequence[str]) -> Update:
        """The program of an order, by what is believed now. Raises `CannotInstall`."""
        try:
            return choose_update(
                texts,
                trust=self.box.inbox.trust,
                scope=self.box.inbox.scope(),
                now=self.box.inbox.now(),
                installed=VERSION,
                architecture=architecture(),
                python=PYTHON,
            ).body
        except Refused as refusal:
            await self._refuse(refusal, name)
            raise CannotInstall(str(refusal.reason), refusal.detail) from refusal

    async def _judge_again(self, order: Order) -> None:
        """Hours lie between an order and its moment: a key may have been revoked meanwhile."""
        inbox = self.box.inbox
        try:
            message = verify(
                order.text,
                trust=inbox.trust,
                scope=inbox.scope(),
                now=inbox.now(),
                replay=NoMemory(),
                topic=topics.commands(self.box.serial),
            )
        except Refused as refusal:
            await self._refuse(refusal, order.id)
            raise CannotInstall(str(refusal.reason), refusal.detail) from refusal
        await self._judge(order.id, message.body.updates or [])

    async def _refuse(self, refusal: Refused, name: str) -> None:
        await self.box.reporter.refuse(
            refusal, topic=topics.commands(self.box.serial), payload=name.encode(), name=name
        )

    async def distrust(self) -> None:
        """A key was revoked: an order that would not be taken now waits no longer."""
        if self._order is None or self._task is None or self._task.done():
            return
        try:
            await self._judge_again(self._order)
        except CannotInstall as why:
            await self.cancel(why.reason, why.detail)

    async def cancel(self, reason: str = "cancelled", detail: str = "") -> bool:
        """Give an order up that has not come to the change. Was there one?"""
        task = self._task
        if task is None or task.done() or self._is_changing or self._order is None:
            return False
        task.cancel()
        # Waited for and not awaited: neither its failure nor its end is the caller's.
        await asyncio.wait({task})
        if not task.cancelled():
            return False  # it ended by itself just before, and has told how
        await self._fail(self._order, reason, detail)
        return True

    async def settle(self) -> None:
        """Vouch for a program on trial, and tell how the last order ended."""
        from speaker_agent.maintenance.updates.outcome import settle

        await settle(self.box)

    def close(self) -> None:
        """The box ends."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self, order: Order) -> None:
        missing = "not_fetched"
        try:
            async with asyncio.timeout(_seconds_until(self.box, order.exp)) as patience:
                await self._prepare(order.update)
                missing = "no_quiet_moment"
                await self._wait_for_quiet()
                patience.reschedule(None)
                await self._change(order)
        except TimeoutError:
            await self._fail(order, missing)
        except CannotInstall as failure:
            await self._fail(order, failure.reason, failure.detail)
        except Exception as error:
            # Nobody awaits this task: what is not told here is never known.
            log.exception("%s could not be installed", order.update.version)
            if self._is_changing:
                self.box.journal.drop(PENDING)
                self._is_changing = False
            await self._fail(order, "unexpected", f"{type(error).__name__}: {error}")

    async def _fail(self, order: Order, reason: str, detail: str = "") -> None:
        log.warning("%s is not installed: %s %s", order.update.version, reason, detail)
        await self._report(order, "failed", reason, detail)

    async def _report(
        self, order: Order, state: _State, reason: str | None = None, detail: str = ""
    ) -> None:
        report = UpdateReport(
            command_id=order.id,
            state=state,
            version=order.update.version,
            reason=reason,
            detail=_printed(detail),
            reported_at=self.box.pen.now(),
        )
        await self.box.reporter.send(Kind.UPDATE_REPORT, report)

    # Beside everything that plays

    async def _prepare(self, update: Update) -> None:
        base = base_folder()
        if base is None:
            raise CannotInstall("not_updatable", NEEDS)
        folder = memory.folder_of(base, program_name(update))
        if not folder.is_dir():
            await asyncio.to_thread(_tidy, base)
            wanted = update.bytes + update.unpacked_bytes + RESERVE_BYTES
            if shutil.disk_usage(base).free < wanted:
                raise CannotInstall("no_space", f"{wanted} bytes are needed")
            await asyncio.sleep(random.uniform(0, SPREAD_SECONDS))  # noqa: S311 - no secret
            url = f"{self.box.gateway_url}/speaker/1/update/{update.sha256}"
            archive = await self.box.host.fetcher.hold(url, update.sha256, update.bytes)
            try:
                await _unpack(archive, folder, unpacked_bytes=update.unpacked_bytes)
            except BadArchive as bad:
                raise CannotInstall("bad_archive", str(bad)) from bad
            except OSError as error:
                raise CannotInstall("no_space", str(error)) from error
            finally:
                archive.unlink(missing_ok=True)
        await self._self_check(folder, update.version)

    async def _self_check(self, folder: Path, version: str) -> None:
        """Can it be started here at all? It is asked before anything is changed."""
        from speaker_agent.maintenance.updates.launcher import BOOT

        check = await asyncio.create_subprocess_exec(
            *(sys.executable, "-sEc", BOOT, str(folder), "self-check"),
            *("--expect", version, "--state", str(self.box.state.folder)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=lambda: os.nice(10),  # sound must not wait for it
        )
        try:
            async with asyncio.timeout(SELF_CHECK_SECONDS):
                said, _ = await check.communicate()
        except TimeoutError:
            said = b"it hangs"
        finally:
            if check.returncode is None:
                check.kill()
                await check.wait()
        if check.returncode != 0:
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
            await asyncio.to_thread(_forget, folder)
            raise CannotInstall("self_check", " ".join(last))

    async def _wait_for_quiet(self) -> None:
        # Time makes a moment quiet too, not only what happens.
        while not is_quiet(self.box):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    # The change

    async def _change(self, order: Order) -> None:
        base = base_folder()
        if base is None:
            raise CannotInstall("not_updatable", NEEDS)
        await self._judge_again(order)
        box, update = self.box, order.update
        self._is_changing = True
        name = program_name(update)
        output_was_well = not box.player.failure
        pending = {
            "id": order.id,
            "version": update.version,
            "name": name,
            "from": VERSION,
            "output_was_well": output_was_well,
        }
        await asyncio.wrap_future(box.journal.keep(PENDING, json.dumps(pending)))
        await self._report(order, "installing")
        try:
            # Once more: nothing lies between this judgement and the request.
            await self._judge_again(order)
            await asyncio.to_thread(
                memory.write_document, base / memory.REQUEST, {"id": order.id, "name": name}
            )
        except (CannotInstall, OSError) as error:
            box.journal.drop(PENDING)
            self._is_changing = False
            if isinstance(error, CannotInstall):
                raise
            raise CannotInstall("no_space", str(error)) from error
        log.warning("%s gives way to %s", VERSION, update.version)
        # The launcher starts the new one as soon as this one has said goodbye.
        os.kill(os.getpid(), signal.SIGTERM)


def is_quiet(box: Box) -> bool:
    """Nothing sounds, nothing is about to, and no alert or live voice is on air."""
    now = box.clock.now()
    if box.player.current is not None or box.player.armed is not None or box.desk.sounds():
        return False
    if box.desk.alerts.alerts:
        return False
    following = box.book.next_entry(now)
    return following is None or following.item.start.timestamp() - now >= FREE_SECONDS


async def _unpack(archive: Path, folder: Path, *, unpacked_bytes: int) -> None:
    """In a thread, and never left before the thread has ended: the next order uses its folder."""
    give_up = threading.Event()
    thread = asyncio.ensure_future(
        asyncio.to_thread(
            unpack, archive, folder, unpacked_bytes=unpacked_bytes, is_given_up=give_up.is_set
        )
    )
    try:
        await asyncio.shield(thread)
    except asyncio.CancelledError:
        give_up.set()
        await asyncio.wait({thread})
        raise


def _tidy(base: Path) -> None:
    """Programs that neither run nor are kept make room."""
    kept = memory.load(base).kept
    for folder in (base / memory.PROGRAMS).iterdir():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _forget(folder: Path) -> None:
    """A program that cannot be started, unless it is one that the launcher may go back to."""
    if folder.name not in memory.load(folder.parents[1]).kept:
        shutil.rmtree(folder, ignore_errors=True)


def _seconds_until(box: Box, instant: datetime) -> float:
    return max(0.0, (instant - datetime.fromtimestamp(box.clock.now(), UTC)).total_seconds())


def _printed(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:1000]
