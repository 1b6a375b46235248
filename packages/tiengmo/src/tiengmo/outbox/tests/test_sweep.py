import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tiengmo.outbox import registry
from tiengmo.outbox.actions import announce, sweep
from tiengmo.outbox.actions.sweep import GIVE_UP_AFTER, back_off_seconds
from tiengmo.outbox.models import OutboxEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ran(monkeypatch):
    """Register a topic whose handler notes what it was given."""
    seen = []
    monkeypatch.setattr(registry, "_HANDLERS", dict(registry._HANDLERS))
    registry.handles("test.note")(seen.append)
    return seen


def test_runs_what_is_due_once_and_leaves_what_is_not(ran):
    announce("test.note", {"n": 1})
    announce("test.note", {"n": 2}, due_at=timezone.now() + timedelta(hours=1))
    assert sweep(["test.note"]) == 1
    assert sweep(["test.note"]) == 0
    assert ran == [{"n": 1}]


def test_rolled_back_transaction_announces_nothing(ran):
    with transaction.atomic():
        announce("test.note", {"n": 1})
        transaction.set_rollback(True)
    assert sweep(["test.note"]) == 0


def test_failure_is_kept_and_tried_again_later(monkeypatch, caplog):
    monkeypatch.setattr(registry, "_HANDLERS", {})

    @registry.handles("test.fail")
    def fail(_payload):
        raise OSError("mất mạng")

    entry = announce("test.fail")
    sweep(["test.fail"])
    entry.refresh_from_db()
    assert entry.done_at is None
    assert entry.attempts == 1
    assert "mất mạng" in entry.last_error
    assert entry.due_at > timezone.now()
    entry.attempts = GIVE_UP_AFTER - 1
    entry.due_at = timezone.now()
    entry.save()
    sweep(["test.fail"])
    entry.refresh_from_db()
    assert entry.given_up_at is not None


def test_dead_workers_entry_is_taken_up_when_its_lease_runs_out(ran):
    entry = announce("test.note", {"n": 1})
    now = timezone.now()
    OutboxEntry.objects.update(lease=uuid.uuid4(), leased_until=now + timedelta(seconds=30))
    assert sweep(["test.note"]) == 0
    OutboxEntry.objects.update(leased_until=now - timedelta(seconds=1))
    assert sweep(["test.note"]) == 1
    entry.refresh_from_db()
    assert entry.done_at is not None
    assert ran == [{"n": 1}]


def test_one_waiting_entry_a_key_and_the_earlier_time_wins(ran):
    later = announce("test.note", {"n": 1}, key="k", due_at=timezone.now() + timedelta(hours=1))
    sooner = announce("test.note", {"n": 1}, key="k")
    assert later.pk == sooner.pk
    assert sweep(["test.note"]) == 1
    assert announce("test.note", {"n": 2}, key="k").pk != later.pk


def test_news_during_a_run_gets_an_entry_of_its_own(monkeypatch):
    monkeypatch.setattr(registry, "_HANDLERS", {})
    runs = []

    @registry.handles("test.publish")
    def publish(payload):
        runs.append(payload)
        if len(runs) == 1:
            announce("test.publish", {"n": 2}, key="station")

    announce("test.publish", {"n": 1}, key="station")
    sweep(["test.publish"])
    sweep(["test.publish"])
    assert runs == [{"n": 1}, {"n": 2}]


def test_later_is_not_a_failure(monkeypatch):
    monkeypatch.setattr(registry, "_HANDLERS", {})

    @registry.handles("test.later")
    def later(_payload):
        raise registry.Later(30)

    entry = announce("test.later")
    sweep(["test.later"])
    entry.refresh_from_db()
    assert entry.attempts == 0
    assert entry.lease is None
    assert entry.due_at > timezone.now() + timedelta(seconds=20)


def test_repeating_work_announces_itself_again(monkeypatch):
    monkeypatch.setattr(registry, "_HANDLERS", {})
    runs = []
    registry.every("test.tick", seconds=60)(runs.append)
    announce("test.tick", key="every:test.tick")
    sweep(["test.tick"])
    waiting = OutboxEntry.objects.get(done_at=None)
    assert len(runs) == 1
    assert waiting.due_at > timezone.now() + timedelta(seconds=50)


def test_back_off_doubles_to_ten_minutes():
    assert [back_off_seconds(n) for n in (1, 2, 3)] == [1, 2, 4]
    assert back_off_seconds(100) == 600


def test_what_waits_again_gives_way_to_a_later_entry_of_its_key(monkeypatch):
    """Announced anew while it ran, and then its time had not come: one entry waits, not two."""
    monkeypatch.setattr(registry, "_HANDLERS", {})
    runs = []

    @registry.handles("test.later")
    def later(_payload):
        runs.append(1)
        if len(runs) == 1:
            announce("test.later", key="later")
        raise registry.Later(30)

    entry = announce("test.later", key="later")
    assert sweep(["test.later"], limit=1) == 1
    entry.refresh_from_db()
    assert entry.done_at is not None
    assert sweep(["test.later"], limit=1) == 1
    waiting = OutboxEntry.objects.get(done_at=None)
    assert waiting.lease is None
    assert waiting.due_at > timezone.now()


@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="SQLite locks the whole file: only on PostgreSQL do two transactions meet in a row",
)
def test_what_is_announced_again_is_not_run_before_that_commits(ran):
    announce("test.note", {"n": 1}, key="note")
    with transaction.atomic():
        announce("test.note", {"n": 1}, key="note")
        with ThreadPoolExecutor(1) as other:
            assert other.submit(swept_elsewhere).result() == 0
    assert sweep(["test.note"]) == 1
    assert len(ran) == 1


def swept_elsewhere():
    try:
        return sweep(["test.note"])
    finally:
        connection.close()
