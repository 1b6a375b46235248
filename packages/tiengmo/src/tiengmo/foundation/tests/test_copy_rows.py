"""Rows that the database makes of rows it has."""

import pytest
from django.db.models import F

from tiengmo.foundation.copying_rows import insert_from
from tiengmo.places.models import Unit, Village
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.releases.models import Delivery
from tiengmo.releases.tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db


def test_each_has_its_own_key_and_what_is_there_stays():
    villages = VillageFactory.create_batch(3)
    release = ReleaseFactory()
    wanted = Village.objects.filter(pk__in=[one.pk for one in villages])
    columns = {
        "release": release.pk,
        "channel": "paper's “own”",
        "target": F("code"),
        "village": F("pk"),
    }
    assert insert_from(wanted, Delivery, **columns) == 3
    assert insert_from(wanted, Delivery, **columns) == 0
    made = Delivery.objects.all()
    assert {(one.target, one.village) for one in made} == {(v.code, v) for v in villages}
    assert {one.status for one in made} == {"created"}
    assert {one.channel for one in made} == {"paper's “own”"}
    for one in made:
        assert Delivery.objects.get(pk=one.pk) == one


def test_numbered_keys_are_the_databases():
    VillageFactory()
    before = Unit.objects.count()
    insert_from(
        Unit.objects.filter(code__isnull=False),
        Unit,
        code=F("name"),
        name=F("name"),
        level=F("level"),
        valid_from=F("valid_from"),
    )
    assert Unit.objects.count() == 2 * before
