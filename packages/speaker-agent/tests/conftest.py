import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from speaker_link.kinds import Priority
from speaker_link.messages import Assignment, Edition, Schedule, ScheduleItem

from bench.agent_village import Person, Village

START = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


@pytest.fixture
def run():
    """Run a coroutine to its end."""
    return lambda coroutine: asyncio.run(asyncio.wait_for(coroutine, 150))


def make_item(name="a", *, at=0.0, window=300.0, priority=Priority.ROUTINE, **changes):
    start = START + timedelta(seconds=at)
    values = {
        "id": name,
        "start": start,
        "start_before": start + timedelta(seconds=window),
        "priority": priority,
        "areas": ["082"],
        "title": "Bản tin",
        "editions": [Edition(language="vi", sha256="a" * 64, bytes=10, duration_ms=60_000)],
    }
    return ScheduleItem(**(values | changes))


def make_schedule(*items, version=1, withdrawn=(), station="082"):
    return Schedule(
        version=version,
        station=station,
        valid_from=START - timedelta(hours=1),
        valid_to=START + timedelta(hours=47),
        items=list(items),
        withdrawn_items=list(withdrawn),
    )


def make_assignment(**changes):
    values = {
        "version": 1,
        "serial": "BX-1",
        "areas": ["082-01", "082", "10"],
        "languages": ["hmn", "vi"],
        "quiet_hours": [],
        "volume": 60,
        "max_volume": 80,
        "stations": ["082"],
        "gateway_url": "http://127.0.0.1:1",
        "is_test_mode": False,
    }
    return Assignment(**(values | changes))


# A box with a page of its own, and two people who may warn.


@pytest.fixture
def village(tmp_path, socket_enabled):
    folder = tmp_path / "0001"
    folder.mkdir()
    return Village(folder)


@pytest.fixture
def lan(village):
    return Person(village.root, "Nguyễn Thị Lan (#1)")


@pytest.fixture
def pao(village):
    return Person(village.root, "Giàng A Páo (#2)")
