"""Keys and units that the tests of this app share."""

import pytest
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.speakers import keys, updates
from tiengmo.speakers.actions import issue_station_key, set_up_keys

from .factories import BoxFactory
from .programs import PRIVATE, archive


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    settings.KEYS.mkdir()
    keys._read_private.cache_clear()


@pytest.fixture
def village(db):
    """A village whose commune and district both have keys."""
    village = VillageFactory()
    set_up_keys(by=SYSTEM)
    issue_station_key(village.unit, by=SYSTEM)
    return village


@pytest.fixture
def release(settings, tmp_path):
    settings.SOUND_ROOT = tmp_path / "sound"

    def make(version="0.2.0", arch="arm64", **how):
        return updates.release_artifact(archive(tmp_path, version, arch), by=SYSTEM, **how)

    return make


@pytest.fixture
def fleet(village, _private_keys):
    return [
        BoxFactory(village=village, online=True, agent_version="0.1.0", last_seen_at=timezone.now())
        for _ in range(20)
    ]


@pytest.fixture
def _private_keys(monkeypatch):
    made = BoxFactory._create.__func__

    def create(cls, model_class, *args, **fields):
        box = made(cls, model_class, *args, **fields)
        PRIVATE[box.serial] = box.private_key
        return box

    monkeypatch.setattr(BoxFactory, "_create", classmethod(create))
