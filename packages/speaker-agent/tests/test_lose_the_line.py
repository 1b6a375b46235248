"""The line breaks at the worst instant: what it had begun is finished, what it held ends."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
from speaker_agent.journal import BoxJournal, Journal
from speaker_agent.reports import Pen, Reporter
from speaker_agent.timing import Clock
from speaker_agent.timing.once_known import OnceKnown
from speaker_agent.timing.sync import Offset
from speaker_agent.timing.timekeeper import Timekeeper
from speaker_link.keys import PrivateKey


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3")
    yield BoxJournal(journal, "BX-1")
    journal.close()


@pytest.fixture
def clock():
    return Clock()


def teach(clock):
    counter = clock.monotonic()
    wall = datetime.now(UTC).timestamp()
    clock.observe(Offset(at=counter, seconds=wall - counter, error=0.001))


def test_the_line_breaks_while_the_kept_is_taken_up(run, clock):
    done = []

    async def work():
        await asyncio.sleep(0.05)
        done.append(1)

    async def story():
        once = OnceKnown(clock, work)
        await once.look()
        assert not done
        assert not once.known_at
        teach(clock)
        line = asyncio.create_task(once.look())
        await asyncio.sleep(0.01)
        line.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await line
        assert not once.is_done
        # The next line waits for it; without one it is done as well, and only once.
        await once.look()
        assert once.is_done
        await once.look()
        assert done == [1]

    run(story())


def test_what_failed_is_tried_again(run, clock):
    tries = []

    async def work():
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the card")

    async def story():
        once = OnceKnown(clock, work)
        teach(clock)
        with pytest.raises(OSError, match="the card"):
            await once.look()
        assert not once.is_done
        await once.look()
        assert once.is_done

    run(story())


def test_the_kept_is_taken_up_before_the_next_line_reads(run, clock, journal):
    """The time came over a line that broke: the next one need not ask for it first."""

    async def never(_text):
        await asyncio.Future()

    async def story():
        teach(clock)
        pen = Pen("BX-1", PrivateKey.generate(), clock, journal)
        keeper = Timekeeper(clock, pen, journal)
        was_settled = []

        async def on_sync():
            was_settled.append(keeper.settled.is_set())

        task = asyncio.create_task(keeper.run(never, on_sync))
        await asyncio.wait_for(keeper.settled.wait(), 60)
        task.cancel()
        assert was_settled == [False]

    run(story())


@pytest.mark.parametrize("ticks", range(5))
def test_the_end_of_a_line_is_not_swallowed(run, clock, journal, ticks):
    """An event in the same instant does not make the sender of a dead line live on."""

    async def story():
        pen = Pen("BX-1", PrivateKey.generate(), clock, journal)
        reporter = Reporter(pen, journal)

        async def publish(_text):
            pass

        task = asyncio.create_task(reporter.deliver(publish))
        for _ in range(5):
            await asyncio.sleep(0)
        reporter._has_work.set()
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task}, timeout=60)
        assert task.cancelled()

    run(story())
