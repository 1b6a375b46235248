"""A renderer killed in the middle of its work: another takes it up, and nothing is left behind."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from migrated_database import migrated_database

pytestmark = pytest.mark.integration

ASK = """
import django; django.setup()
from tiengmo.voices.actions import speak
print(speak("Thông báo họp thôn tối nay lúc bảy giờ tại nhà văn hóa. " * 150, language="vi").pk)
"""
WORK = """
import django; django.setup()
from tiengmo.outbox.actions import sweep
print(sweep(["sound.render"]))
"""
PAST = "2020-01-01 00:00:00"


@pytest.fixture
def run(tmp_path):
    shutil.copyfile(migrated_database(), tmp_path / "tiengmo.sqlite3")
    environment = {
        **os.environ,
        "TIENGMO_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
    }
    for name in ("DATABASE_URL", "TIENGMO_KEYS", "TIENGMO_PIPER_MODEL", "TIENGMO_VOICE"):
        environment.pop(name, None)

    def start(script):
        return subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
        )

    return start


def rows(home, query):
    with sqlite3.connect(home / "tiengmo.sqlite3", timeout=30) as connection:
        return connection.execute(query).fetchall()


def children(pid):
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], check=False, capture_output=True, text=True
    )
    return [int(line) for line in found.stdout.split()]


def is_alive(pid):
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_renderer_is_replaced(run, tmp_path):
    asked, _ = run(ASK).communicate(timeout=300)
    assert asked.strip() == "1"

    renderer = run(WORK)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        (status, progress), *_ = rows(tmp_path, "SELECT status, progress FROM voices_sound")
        if status == "rendering" and progress > 20:
            break
        assert renderer.poll() is None, "it finished before it could be killed"
        time.sleep(0.02)
    else:
        pytest.fail("rendering never began")
    engines = children(renderer.pid)
    assert engines, "the speech engine runs in a process of its own"
    renderer.send_signal(signal.SIGKILL)
    renderer.wait()

    # The engine sees the end of its input.
    deadline = time.monotonic() + 20
    while any(is_alive(pid) for pid in engines) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_alive(pid) for pid in engines)
    assert rows(tmp_path, "SELECT status, opus_id FROM voices_sound") == [("rendering", None)]

    # While its leases run, nobody takes the work up.
    again, _ = run(WORK).communicate(timeout=300)
    assert again.strip() == "0"

    # Its leases run out: outbox entry after 45 s, sound after 30 s.
    rows(tmp_path, f"UPDATE outbox_outboxentry SET leased_until = '{PAST}' WHERE done_at IS NULL")
    rows(tmp_path, f"UPDATE voices_sound SET leased_until = '{PAST}'")
    run(WORK).communicate(timeout=300)
    ((status, attempts, sha256),) = rows(
        tmp_path, "SELECT status, attempts, opus_id FROM voices_sound"
    )
    assert (status, attempts) == ("ready", 2)
    stored = sorted((tmp_path / "sound").glob("??/*"))
    assert len(stored) == 2
    assert any(path.name == f"{sha256}.opus" for path in stored)
    assert rows(tmp_path, "SELECT count(*) FROM voices_soundfile") == [(2,)]
