"""The box's log, its volume by the hour, its watchdog."""

import asyncio
import contextlib
import logging
import os
import socket
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaker_agent.maintenance.log_file import PART_BYTES, keeping_log, last_lines, parts
from speaker_agent.maintenance.volume import entry_at, slot_name
from speaker_agent.maintenance.watchdog import interval_seconds, notify, watch
from speaker_link.messages import LogReport, VolumeHours
from speaker_link.specimens import ASSIGNMENT


def test_the_log_holds_what_was_said_before_a_restart(tmp_path):
    logger = logging.getLogger("speaker_agent.test")
    for life in ("first", "second"):
        with keeping_log(tmp_path) as path:
            logger.warning("%s life", life)
            logger.info("quiet news")
    logger.warning("said to nobody")
    lines = last_lines(path, 3)
    assert [line.split(": ")[1] for line in lines] == ["quiet news", "second life", "quiet news"]


def test_a_log_line_is_fit_for_the_wire(tmp_path):
    with keeping_log(tmp_path) as path:
        logging.getLogger("speaker_agent").error("bell \a, tab \t, Mõ %s", "x" * 3000)
        try:
            raise ValueError("seen")
        except ValueError:
            logging.getLogger("speaker_agent").exception("went wrong")
    lines = last_lines(path, 100)
    LogReport(command_id="c", part=1, parts=1, lines=lines)
    assert "bell ?, tab" in lines[0]
    assert lines[-1] == "ValueError: seen"


@given(st.lists(st.text(max_size=1000), max_size=300))
def test_portions_hold_every_line_once_and_fit(lines):
    portions = list(parts(lines))
    assert [line for portion in portions for line in portion] == lines
    assert (
        all(
            len(portion) == 1 or sum(len(line.encode()) for line in portion) <= PART_BYTES
            for portion in portions
        )
        or not lines
    )


def test_a_disk_that_refuses_silences_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    with keeping_log(tmp_path / "file" / "below") as path:
        assert path is None
    assert last_lines(path, 5) == []


def at(text):
    return datetime.fromisoformat(f"2026-11-22T{text}+07:00").astimezone(UTC).timestamp()


@pytest.mark.parametrize(
    ("when", "volume"),
    [
        ("04:59:59", None),
        ("05:00:00", 30),
        ("05:59:59", 30),
        ("06:00:00", None),
        ("23:30:00", 10),
        ("00:30:00", 10),
    ],
)
def test_volume_by_the_hour(when, volume):
    hours = [
        VolumeHours(starts="05:00", ends="06:00", utc_offset="+07:00", volume=30),
        VolumeHours(starts="23:00", ends="01:00", utc_offset="+07:00", volume=10),
    ]
    assignment = ASSIGNMENT.model_copy(update={"volume_hours": hours})
    entry = entry_at(assignment, at(when), is_time_trusted=True)
    assert (entry.volume if entry else None) == volume
    assert bool(slot_name(entry)) == (volume is not None)
    assert entry_at(assignment, at(when), is_time_trusted=False) is None


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """What systemd is to a service."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield line


@pytest.mark.enable_socket
@pytest.mark.allow_hosts([])
def test_the_watchdog_is_fed_only_while_the_sound_s_thread_goes_round(manager, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert interval_seconds() == 0.05

    async def run(beat_at):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch(beat_at), 0.2)

    asyncio.run(run(time.monotonic))
    assert manager.recv(100) == b"READY=1"
    assert manager.recv(100) == b"WATCHDOG=1"
    while manager.recv(100) != b"WATCHDOG=1":
        pass
    asyncio.run(run(lambda: time.monotonic() - 60))
    said = []
    manager.settimeout(0.1)
    with contextlib.suppress(TimeoutError):
        while True:
            said.append(manager.recv(200))
    after = said[said.index(b"READY=1") :]
    assert b"WATCHDOG=1" not in after
    assert any(b"hung" in one for one in after)


def test_without_a_manager_nothing_is_told(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setenv("WATCHDOG_USEC", "x")
    assert notify("READY=1") is False
    assert interval_seconds() is None
