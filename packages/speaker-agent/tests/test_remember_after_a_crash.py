"""The journal survives `kill -9`, and what was playing then is known to have been cut."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from speaker_agent.journal import BoxJournal, Journal, Write
from speaker_agent.memory import ReplayMemory
from speaker_agent.playing.progress import Progress, Stage
from speaker_agent.state import SECRET_MODE, NotEnrolled, StateDir, write_safely
from speaker_link.messages import CutReason

WRITER = """
import sys
from pathlib import Path
from speaker_agent.journal import BoxJournal, Journal
box = BoxJournal(Journal(Path(sys.argv[1])), "BX-1")
number = 0
while True:
    number += 1
    wrote = box.journal.write(
        box.report_write(f"r{number}", f"report {number}", rank=0),
        box.play_write(f"i{number}", {"samples": number}, forget_at=9e9),
    )
    assert wrote.result()
    print(number, flush=True)
"""


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3")
    yield journal
    journal.close()


def test_everything_confirmed_before_kill_9_is_there_and_nothing_by_half(tmp_path):
    path = tmp_path / "journal.sqlite3"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    confirmed = 0
    began = time.monotonic()
    while confirmed < 40 and time.monotonic() - began < 20:
        confirmed = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    confirmed = int(rest[-1]) if rest else confirmed
    journal = Journal(path)
    box = BoxJournal(journal, "BX-1")
    reports, plays = dict(box.reports()), box.plays()
    journal.close()
    assert confirmed >= 40
    assert set(reports) >= {f"r{number}" for number in range(1, confirmed + 1)}
    # A report and the end it states are one fact.
    assert {name[1:] for name in reports} == {name[1:] for name in plays}
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_boxes_of_one_journal_do_not_see_each_other(journal):
    one, two = BoxJournal(journal, "BX-1"), BoxJournal(journal, "BX-2")
    one.keep("assignment", "1").result()
    two.keep("assignment", "2").result()
    assert one.documents() == {"assignment": "1"}
    two.wipe().result()
    assert one.documents() == {"assignment": "1"}
    assert two.documents() == {}


def test_reports_stay_until_acknowledged_plays_first(journal):
    box = BoxJournal(journal, "BX-1")
    journal.write(box.report_write("refusal", "x", rank=2), box.report_write("play", "y", rank=0))
    assert [name for name, _ in box.reports()] == ["play", "refusal"]
    box.forget_reports(["play", "unknown"])
    assert [name for name, _ in box.reports()] == ["refusal"]


def test_a_full_disk_keeps_the_news_in_memory_until_there_is_room(journal):
    box = BoxJournal(journal, "BX-1")
    box.keep("a", "1").result()
    pages = journal.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    journal.read(lambda c: c.execute(f"PRAGMA max_page_count={pages}"))
    long = "x" * 100_000
    assert not box.keep("big", long).result()
    assert journal.is_full
    journal.read(lambda c: c.execute("PRAGMA max_page_count=100000"))
    assert box.keep("b", "2").result()
    assert not journal.is_full
    assert box.documents() == {"a": "1", "b": "2", "big": long}


def test_a_fault_of_one_question_does_not_end_the_journal(journal):
    with pytest.raises(sqlite3.Error):
        journal.read(lambda c: c.execute("SELECT nonsense"))
    assert journal.write(Write("SELECT 1")).result()


def test_a_writer_that_was_cancelled_does_not_end_the_journal(journal):
    box = BoxJournal(journal, "BX-1")
    for number in range(50):
        box.keep(f"n{number}", "x").cancel()
    assert box.keep("last", "y").result(timeout=5)
    assert len(box.documents()) == 51


def test_what_played_when_the_process_ended_was_cut_by_that():
    kept = json.loads(json.dumps(Progress(stage=Stage.STARTED, samples=32_000).to_json()))
    progress = Progress.from_json(kept)
    assert progress.stage is Stage.INTERRUPTED
    assert progress.reason is CutReason.RESTARTED
    assert progress.samples == 32_000
    done = Progress.from_json(Progress(stage=Stage.DONE, reason=CutReason.STOPPED).to_json())
    assert (done.stage, done.reason) == (Stage.DONE, CutReason.STOPPED)


def test_what_was_obeyed_is_remembered_by_the_next_process(journal):
    until = datetime.now(UTC) + timedelta(minutes=10)
    memory = ReplayMemory(BoxJournal(journal, "BX-1"))
    assert memory.claim("m1", until=until)
    assert not memory.claim("m1", until=until)
    assert memory.advance("schedule/082", version=3, digest="d")
    assert memory.settled.result()
    again = ReplayMemory(BoxJournal(journal, "BX-1"))
    assert not again.claim("m1", until=until)
    assert again.advance("schedule/082", version=3, digest="d")
    assert not again.advance("schedule/082", version=3, digest="other")
    assert not again.advance("schedule/082", version=2, digest="d")
    again.forget_expired(until.timestamp() + 1)
    assert again.claim("m1", until=until)


def test_the_key_is_for_its_owner_only_and_stays_the_same(tmp_path):
    state = StateDir(tmp_path / "box")
    with pytest.raises(NotEnrolled):
        state.load()
    key = state.key_for_enrolment()
    assert state.key_for_enrolment().public == key.public
    assert (state.folder / "key.json").stat().st_mode & 0o777 == SECRET_MODE
    write_safely(state.folder / "x", "one")
    write_safely(state.folder / "x", "two")
    assert (state.folder / "x").read_text() == "two"
    assert not list(state.folder.glob("*.part"))
