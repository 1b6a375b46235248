"""What the box must still know after it was switched off in the middle of a sentence.

One SQLite file for all boxes of a process: whatever is asked to be written at about the same time
goes to the disk in one transaction, so three hundred boxes that begin the same item wait for one
`fsync` and not for three hundred. After `kill -9` or a power cut the file holds every transaction
that was confirmed, and nothing by half.
"""

import json
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    box TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (box, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plays (
    box TEXT NOT NULL, item TEXT NOT NULL, body TEXT NOT NULL, forget_at REAL NOT NULL,
    PRIMARY KEY (box, item)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reports (
    box TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, rank INTEGER NOT NULL,
    written_at REAL NOT NULL, PRIMARY KEY (box, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (
    box TEXT NOT NULL, id TEXT NOT NULL, forget_at REAL NOT NULL, PRIMARY KEY (box, id)
) WITHOUT ROWID;
"""
LARGEST_BATCH = 2000
# What is kept in memory while the disk takes nothing; older writes are given up first.
LARGEST_BACKLOG = 5000


class Write(NamedTuple):
    """One statement with its values."""

    sql: str
    values: tuple[Any, ...] = ()


class _Job(NamedTuple):
    writes: Sequence[Write]
    read: Callable[[sqlite3.Connection], Any] | None
    done: Future[Any]


class Journal:
    """The durable memory of the boxes of this process. Safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_full = False
        """The disk took nothing at the last try; what was to be written waits in memory."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._backlog: list[Write] = []
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name="journal", daemon=True
        )
        self._thread.start()
        ready.result()

    def write(self, *writes: Write) -> Future[bool]:
        """Resolved with True when it is on the disk, with False when the disk is full."""
        done: Future[bool] = Future()
        self._jobs.put(_Job(writes, None, done))
        return done

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask, behind everything written before."""
        done: Future[T] = Future()
        self._jobs.put(_Job((), question, done))
        return done.result()

    def close(self) -> None:
        """Write what waits and end."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self, ready: Future[None]) -> None:
        try:
            connection = _open(self.path)
        except BaseException as error:
            ready.set_exception(error)
            return
        ready.set_result(None)
        is_open = True
        while is_open:
            batch = [self._jobs.get()]
            while len(batch) < LARGEST_BATCH and not self._jobs.empty():
                batch.append(self._jobs.get())
            is_open = None not in batch
            self._commit(connection, [job for job in batch if job is not None])
        connection.close()

    def _commit(self, connection: sqlite3.Connection, jobs: list[_Job]) -> None:
        writes = [*self._backlog, *(write for job in jobs for write in job.writes)]
        is_kept = True
        if writes:
            try:
                connection.execute("BEGIN IMMEDIATE")
                for write in writes:
                    connection.execute(write.sql, write.values)
                connection.execute("COMMIT")
                self._backlog = []
            except sqlite3.Error as error:
                log.error("the journal cannot be written: %s", error)  # noqa: TRY400 - no news in the trace
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                is_kept = False
                self._backlog = writes[-LARGEST_BACKLOG:]
            self.is_full = not is_kept
        for job in jobs:
            # Whoever asked may have been cancelled; what they wrote is written nevertheless, and
            # this thread must outlive them.
            if not job.done.set_running_or_notify_cancel():
                continue
            if job.read is None:
                job.done.set_result(is_kept)
                continue
            try:
                job.done.set_result(job.read(connection))
            except BaseException as error:
                job.done.set_exception(error)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    # A report that was confirmed must survive a power cut, not only a crash.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-1000")
    connection.executescript(SCHEMA)
    return connection


class BoxJournal:
    """One box's part of the journal."""

    def __init__(self, journal: Journal, box: str) -> None:
        self.journal = journal
        self.box = box

    # Documents: the last good assignment, schedules, revocations, what the clock learned

    def keep(self, name: str, body: str) -> Future[bool]:
        """Keep a document in place of the one before."""
        return self.journal.write(self.keep_write(name, body))

    def keep_write(self, name: str, body: str) -> Write:
        """The same, to be written together with something else."""
        return Write("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (self.box, name, body))

    def drop(self, name: str) -> Future[bool]:
        """Forget a document."""
        return self.journal.write(self.drop_write(name))

    def drop_write(self, name: str) -> Write:
        """The same, to be written together with something else."""
        return Write("DELETE FROM documents WHERE box = ? AND name = ?", (self.box, name))

    def documents(self) -> dict[str, str]:
        """All documents by name."""
        return dict(
            self.journal.read(
                lambda c: c.execute(
                    "SELECT name, body FROM documents WHERE box = ?", (self.box,)
                ).fetchall()
            )
        )

    # Plays: how far each item came

    def keep_play(self, item: str, body: dict[str, Any], *, forget_at: float) -> Future[bool]:
        """Keep how far an item came."""
        return self.journal.write(self.play_write(item, body, forget_at=forget_at))

    def play_write(self, item: str, body: dict[str, Any], *, forget_at: float) -> Write:
        """The same, to be written together with something else."""
        return Write(
            "INSERT OR REPLACE INTO plays VALUES (?, ?, ?, ?)",
            (self.box, item, json.dumps(body), forget_at),
        )

    def plays(self) -> dict[str, dict[str, Any]]:
        """How far each item came, by item."""
        rows = self.journal.read(
            lambda c: c.execute(
                "SELECT item, body FROM plays WHERE box = ?", (self.box,)
            ).fetchall()
        )
        return {item: json.loads(body) for item, body in rows}

    def forget_plays(self, before: float) -> Future[bool]:
        """Forget items that cannot come again."""
        return self.journal.write(
            Write("DELETE FROM plays WHERE box = ? AND forget_at < ?", (self.box, before)),
        )

    # Reports: kept until the server says that it has them

    def report_write(self, identifier: str, body: str, *, rank: int) -> Write:
        """A signed report to be kept until acknowledged. A lower rank is sent first."""
        # Not the wall clock, which may be set back, but one more than the last that waits.
        return Write(
            "INSERT OR IGNORE INTO reports SELECT ?, ?, ?, ?, COALESCE(MAX(written_at), 0) + 1 "
            "FROM reports WHERE box = ?",
            (self.box, identifier, body, rank, self.box),
        )

    def reports(self) -> list[tuple[str, str]]:
        """Reports not acknowledged yet, the weightiest and oldest first."""
        return self.journal.read(
            lambda c: c.execute(
                "SELECT id, body FROM reports WHERE box = ? ORDER BY rank, written_at", (self.box,)
            ).fetchall()
        )

    def forget_reports(self, identifiers: Iterable[str]) -> Future[bool]:
        """The server has stored these."""
        return self.journal.write(
            *(
                Write("DELETE FROM reports WHERE box = ? AND id = ?", (self.box, identifier))
                for identifier in identifiers
            )
        )

    # Messages already obeyed

    def seen(self) -> dict[str, float]:
        """Identifiers of messages obeyed, and until when they must be remembered."""
        return dict(
            self.journal.read(
                lambda c: c.execute(
                    "SELECT id, forget_at FROM seen WHERE box = ?", (self.box,)
                ).fetchall()
            )
        )

    def remember(self, identifier: str, *, forget_at: float) -> Future[bool]:
        """Never obey this one again."""
        return self.journal.write(
            Write("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (self.box, identifier, forget_at))
        )

    def forget_seen(self, before: float) -> Future[bool]:
        """Drop what has expired anyway."""
        return self.journal.write(
            Write("DELETE FROM seen WHERE box = ? AND forget_at < ?", (self.box, before))
        )

    def wipe(self) -> Future[bool]:
        """Forget this box altogether."""
        return self.journal.write(
            *(
                Write(f"DELETE FROM {table} WHERE box = ?", (self.box,))  # noqa: S608 - own names
                for table in ("documents", "plays", "reports", "seen")
            )
        )
