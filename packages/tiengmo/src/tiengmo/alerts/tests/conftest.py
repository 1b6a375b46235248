"""A district with two communes, people with keys, and a voice that is ready at once."""

from types import SimpleNamespace

import pytest

from tiengmo.alerts.models import Template
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.actions import issue_station_key, set_up_keys

PASSPHRASE = "nuoc lu ve nhanh"


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path, monkeypatch):
    settings.KEYS = tmp_path / "keys"
    settings.KEYS.mkdir()
    keys._read_private.cache_clear()
    monkeypatch.setattr("speaker_link.sealing.N", 2**10)
    monkeypatch.setattr("tiengmo.alerts.cap.signing.BITS", 2048)


def with_key(user):
    issuers.issue_person_key(issuers.make_person_key(user, passphrase=PASSPHRASE), by=SYSTEM)
    return user


@pytest.fixture
def here(db):
    """Units, villages, and four people: two of the commune, one above, one next door."""
    district = UnitFactory(top=True)
    commune, other = UnitFactory(parent=district), UnitFactory(parent=district)
    villages = [VillageFactory(unit=commune), VillageFactory(unit=commune)]
    neighbour = VillageFactory(unit=other)
    set_up_keys(by=SYSTEM)
    for unit in (commune, other):
        issue_station_key(unit, by=SYSTEM)
    return SimpleNamespace(
        district=district,
        commune=commune,
        other=other,
        villages=villages,
        neighbour=neighbour,
        composer=with_key(UserFactory(approver=commune)),
        colleague=with_key(UserFactory(operator=commune)),
        above=with_key(UserFactory(approver=district)),
        next_door=with_key(UserFactory(approver=other)),
        editor=UserFactory(editor=commune),
        flood=Template.objects.get(hazard="flash_flood"),
    )


@pytest.fixture
def there(here):
    """An authority that we follow, and a standing certificate for its flash floods."""
    from .standing_papers import following

    return following(here)
