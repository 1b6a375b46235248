"""The demo's screens show a film that says what it is."""

import pytest

from tiengmo.channels.screens.models import Slide
from tiengmo.channels.screens.playlists import playlist_of
from tiengmo.channels.screens.tests.factories import let_in
from tiengmo.config.demo.screens import APPROVER, COMMUNE, ensure_film
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


def test_it_is_put_up_once_and_looks_invented():
    ensure_film()  # without the demo's places and people: nothing
    assert not Slide.objects.exists()
    commune = UnitFactory(code=COMMUNE, in_district=True)
    VillageFactory(unit=commune)
    UserFactory(username=APPROVER, approver=commune)
    ensure_film()
    ensure_film()
    assert Slide.objects.count() == 1
    screen, _token = let_in(unit=commune)
    (item,) = playlist_of(screen)["items"]
    assert item["headline"].startswith("Ví dụ")
    assert item["seconds"] == 8
    assert item["video"]["url"].endswith(".webm")
