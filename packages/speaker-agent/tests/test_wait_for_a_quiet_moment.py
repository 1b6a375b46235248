"""A box takes an order only where it can keep it, and changes only when nobody would hear it."""

import asyncio
import concurrent.futures
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from speaker_agent import VERSION
from speaker_agent.host import Host
from speaker_agent.local_page.issuing import IssuingDesk
from speaker_agent.maintenance.updates import install
from speaker_agent.maintenance.updates.install import (
    PYTHON,
    CannotInstall,
    Installer,
    architecture,
    is_quiet,
)
from speaker_agent.obeying import distrust
from speaker_link import specimens
from speaker_link.envelope import sign
from speaker_link.messages import Command
from speaker_link.specimens import STATION, UPDATE_KEY, message, update
from speaker_link.trust import Trust

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


def a_box(**changes):
    """What of a box an update asks about."""
    values = {
        "serial": "BX-0007",
        "gateway_url": "http://gateway",
        "clock": SimpleNamespace(now=NOW.timestamp, is_trusted=False),
        "player": SimpleNamespace(current=None, armed=None, failure=None),
        "desk": SimpleNamespace(sounds=list, alerts=SimpleNamespace(alerts={})),
        "book": SimpleNamespace(next_entry=lambda _now: None),
        "host": SimpleNamespace(boxes=1),
        "inbox": SimpleNamespace(
            trust=specimens.TRUST, scope=lambda: specimens.SCOPE, now=lambda: specimens.NOW
        ),
        "pen": SimpleNamespace(now=lambda: NOW),
        "told": [],
    }
    box = SimpleNamespace(**(values | changes))

    async def send(_kind, body, **_):
        box.told.append(body)

    async def refuse(refusal, **_):
        box.told.append(refusal.reason)

    box.reporter = SimpleNamespace(send=send, refuse=refuse)
    return box


def entry(seconds):
    start = NOW + timedelta(seconds=seconds)
    return SimpleNamespace(item=SimpleNamespace(start=start))


def test_nothing_sounds_and_nothing_is_about_to():
    assert is_quiet(a_box())
    assert is_quiet(a_box(book=SimpleNamespace(next_entry=lambda _: entry(200))))


@pytest.mark.parametrize(
    "changes",
    [
        {"player": SimpleNamespace(current=object(), armed=None)},
        {"player": SimpleNamespace(current=None, armed=object())},
        {"desk": SimpleNamespace(sounds=lambda: [object()], alerts=SimpleNamespace(alerts={}))},
        {"desk": SimpleNamespace(sounds=list, alerts=SimpleNamespace(alerts={"flood": 1}))},
        {"book": SimpleNamespace(next_entry=lambda _: entry(170))},
    ],
    ids=["an item", "one that is armed", "a live voice", "an alert", "an item to come"],
)
def test_what_an_update_waits_for(changes):
    assert not is_quiet(a_box(**changes))


def order(**changes):
    body = update(**({"architecture": architecture(), "python": PYTHON} | changes))
    text = sign(message(body), by=[UPDATE_KEY])
    said = message(Command(action="install_update", updates=[text]))
    return said, sign(said, by=[STATION])


def taken(box, said):
    """The reason why an order is not taken, or what was told at its end."""

    async def main():
        installer = Installer(box)
        await installer.take(*said)
        await installer._task
        return box.told[-1]

    return asyncio.run(main())


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setenv("SPEAKER_AGENT_VERSIONS", str(tmp_path))
    (tmp_path / install.memory.PROGRAMS).mkdir()
    return tmp_path


def test_a_box_without_a_launcher_cannot_be_updated(monkeypatch):
    monkeypatch.delenv("SPEAKER_AGENT_VERSIONS", raising=False)
    with pytest.raises(CannotInstall, match="not_updatable"):
        taken(a_box(), order())


def test_nor_can_many_boxes_in_one_process(base):
    with pytest.raises(CannotInstall, match="not_updatable"):
        taken(a_box(host=SimpleNamespace(boxes=2)), order())


def test_a_box_with_a_page_of_its_own_is_one_box(tmp_path):
    async def main():
        host = Host(journal=tmp_path / "journal.db", sounds=tmp_path / "sounds")
        host.register(lambda: {"a"})
        box = a_box(host=host, journal=SimpleNamespace(documents=dict))
        box.clock.monotonic = lambda: 0.0
        IssuingDesk(box)
        boxes = host.boxes
        await host.close()
        return boxes

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"architecture": "riscv64"}, "wrong_platform"),
        ({"python": "3.99"}, "wrong_platform"),
        ({"version": "0.0.1"}, "older_version"),
    ],
)
def test_what_is_refused_is_reported_too(base, changes, reason):
    box = a_box()
    with pytest.raises(CannotInstall, match=reason):
        taken(box, order(**changes))
    assert box.told == [reason]


def test_a_card_without_room_is_not_filled(base, monkeypatch):
    monkeypatch.setattr(install.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**7))
    report = taken(a_box(), order())
    assert (report.state, report.reason) == ("failed", "no_space")


def test_an_order_runs_out_while_the_box_plays_on(base, monkeypatch):
    async def prepared(self, update):
        return None

    monkeypatch.setattr(Installer, "_prepare", prepared)
    said = order()
    late = (said[0].exp - timedelta(milliseconds=50)).timestamp
    player = SimpleNamespace(current=object(), armed=None)
    report = taken(a_box(player=player, clock=SimpleNamespace(now=late)), said)
    assert (report.state, report.reason) == ("failed", "no_quiet_moment")


def test_an_archive_that_does_not_come_is_told_as_that(base, monkeypatch):
    async def never(self, update):
        await asyncio.Event().wait()

    monkeypatch.setattr(Installer, "_prepare", never)
    said = order()
    late = (said[0].exp - timedelta(milliseconds=50)).timestamp
    report = taken(a_box(clock=SimpleNamespace(now=late)), said)
    assert (report.state, report.reason) == ("failed", "not_fetched")


def test_what_nobody_expected_is_told_too(base, monkeypatch):
    async def broken(self, update):
        raise OSError("Input/output error")

    monkeypatch.setattr(Installer, "_prepare", broken)
    report = taken(a_box(), order())
    assert (report.state, report.reason) == ("failed", "unexpected")
    assert "Input/output" in report.detail


def test_who_gives_an_order_up_can_be_cancelled_meanwhile(base, monkeypatch):
    async def slow_to_end(self, update):
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.1)

    monkeypatch.setattr(Installer, "_prepare", slow_to_end)

    async def main():
        installer = Installer(a_box())
        await installer.take(*order())
        await asyncio.sleep(0)
        giving_up = asyncio.create_task(installer.cancel())
        await asyncio.sleep(0.02)
        giving_up.cancel()
        await asyncio.wait({giving_up})
        assert giving_up.cancelled()

    asyncio.run(main())


def test_an_unpacking_that_is_given_up_has_ended_before_the_next(base, monkeypatch):
    ended = []

    def slow(_archive, _folder, *, unpacked_bytes, is_given_up):
        while not is_given_up():
            time.sleep(0.01)
        time.sleep(0.1)
        ended.append(True)

    monkeypatch.setattr(install, "unpack", slow)

    async def main():
        task = asyncio.create_task(install._unpack(base, base, unpacked_bytes=1))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert ended

    asyncio.run(main())


def test_an_order_is_given_up_when_told(base, monkeypatch):
    async def never(self):
        await asyncio.Event().wait()

    async def prepared(self, update):
        return None

    monkeypatch.setattr(Installer, "_prepare", prepared)
    monkeypatch.setattr(Installer, "_wait_for_quiet", never)
    box = a_box()

    async def main():
        installer = Installer(box)
        assert not await installer.cancel()
        assert await installer.take(*order()) == "0.2.0"
        await asyncio.sleep(0)
        assert await installer.cancel()
        assert not await installer.cancel()

    asyncio.run(main())
    assert [(one.state, one.reason) for one in box.told] == [("failed", "cancelled")]


def test_the_platform_is_named_as_debian_does():
    assert architecture() in {"amd64", "arm64"} or os.uname().machine == architecture()
    assert f"{sys.version_info.major}." in PYTHON
    assert VERSION


def test_an_order_for_the_program_that_runs_is_answered_at_once(base, monkeypatch):
    said = order()
    running = update(architecture=architecture(), python=PYTHON)
    name = install.program_name(running)
    monkeypatch.setenv("SPEAKER_AGENT_PROGRAM", name)
    trial = install.memory.Slots().try_out("before", name).starting()
    install.memory.save(base, trial)
    box = a_box()
    with pytest.raises(CannotInstall, match="busy"):
        taken(box, said)
    install.memory.save(base, trial.confirm())

    async def main():
        assert await Installer(box).take(*said) == "0.2.0"

    asyncio.run(main())
    assert [one.state for one in box.told] == ["confirmed"]


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_failed_check_leaves_the_program_to_go_back_to(base, monkeypatch, is_kept):
    """A box that is short of memory fails the check of a program that ran well yesterday."""
    name = install.program_name(update(architecture=architecture(), python=PYTHON))
    place = install.memory.folder_of(base, name)
    (place / "speaker_agent").mkdir(parents=True)
    (place / "speaker_agent" / "cli.py").write_text("raise MemoryError")
    running = "0.1.9-cccccccccccc"
    install.memory.save(base, install.memory.Slots(running, name if is_kept else None))
    report = taken(a_box(state=SimpleNamespace(folder=base)), order())
    assert (report.state, report.reason) == ("failed", "self_check")
    assert place.is_dir() == is_kept
    assert install.memory.load(base).without(running).to_start == (name if is_kept else "")


def waiting_for_quiet(box, monkeypatch):
    """An installer whose program is ready, in a box that plays; and the end of its order."""

    async def prepared(self, update):
        return None

    monkeypatch.setattr(Installer, "_prepare", prepared)
    monkeypatch.setattr(install, "LOOK_SECONDS", 0.01)
    box.player.current = object()
    return Installer(box)


def revoke(box, who):
    box.inbox.trust = Trust(roots=box.inbox.trust.roots, revoked=frozenset({who.key.kid}))


@pytest.mark.parametrize("who", [UPDATE_KEY, STATION], ids=["the program's key", "the order's"])
def test_an_order_that_waits_ends_with_the_revocation(base, monkeypatch, who):
    box = a_box()

    async def main():
        installer = box.installer = waiting_for_quiet(box, monkeypatch)
        await installer.take(*order())
        await asyncio.sleep(0.03)
        await distrust(box)
        assert not installer._task.done(), "somebody else's key"
        revoke(box, who)
        await distrust(box)
        assert installer._task.cancelled()
        await distrust(box)

    asyncio.run(main())
    refusal, report = box.told
    assert (refusal, report.state, report.reason) == ("revoked", "failed", "revoked")


@pytest.mark.parametrize("when", ["before the change", "while the change is written down"])
@pytest.mark.parametrize("who", [UPDATE_KEY, STATION], ids=["the program's key", "the order's"])
def test_a_revocation_is_seen_just_before_the_change(base, monkeypatch, who, when):
    killed = []
    monkeypatch.setattr(install.os, "kill", lambda *_: killed.append(True))
    box = a_box(player=SimpleNamespace(current=None, armed=None, failure=None))
    written = {}

    def keep(name, text):
        written[name] = text
        if when == "while the change is written down":
            revoke(box, who)
        done = concurrent.futures.Future()
        done.set_result(None)
        return done

    box.journal = SimpleNamespace(keep=keep, drop=written.pop)

    async def main():
        installer = waiting_for_quiet(box, monkeypatch)
        await installer.take(*order())
        await asyncio.sleep(0.03)
        if when == "before the change":
            revoke(box, who)
        box.player.current = None
        await installer._task
        assert not installer._is_changing

    asyncio.run(main())
    assert (box.told[-1].state, box.told[-1].reason) == ("failed", "revoked")
    assert not killed
    assert not written
    assert not (base / install.memory.REQUEST).exists()


def test_without_a_revocation_it_changes(base, monkeypatch):
    killed = []
    monkeypatch.setattr(install.os, "kill", lambda *_: killed.append(True))
    done = concurrent.futures.Future()
    done.set_result(None)
    box = a_box(journal=SimpleNamespace(keep=lambda *_: done))

    async def main():
        installer = waiting_for_quiet(box, monkeypatch)
        box.player.current = None
        await installer.take(*order())
        await installer._task

    asyncio.run(main())
    assert killed
    assert install.memory.read_document(base / install.memory.REQUEST)["name"].startswith("0.2.0")
