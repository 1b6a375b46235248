"""A commune with a key inside a district with one, and people who operate each."""

import pytest

from tiengmo.audit.actors import SYSTEM
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.speakers import keys
from tiengmo.speakers.actions import issue_station_key, set_up_keys


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    settings.KEYS.mkdir()
    settings.STUDIO_ROOT = tmp_path / "studio"
    keys._read_private.cache_clear()


@pytest.fixture
def village(db):
    village = VillageFactory()
    set_up_keys(by=SYSTEM)
    issue_station_key(village.unit, by=SYSTEM)
    return village


@pytest.fixture
def commune(village):
    return village.unit


@pytest.fixture
def district(commune):
    return commune.parent


@pytest.fixture
def speaker(commune):
    return UserFactory(operator=commune, full_name="Vàng A Páo")


@pytest.fixture
def chief(district):
    return UserFactory(operator=district, full_name="Lý Thị Mẩy")
