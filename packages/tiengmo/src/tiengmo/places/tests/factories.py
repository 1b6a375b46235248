"""Units and villages for tests. A unit is in force since 2004 unless told otherwise."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from tiengmo.places.models import Unit, Village, VillageMembership


class UnitFactory(DjangoModelFactory):
    """A commune; `top=True` makes a district with nothing above it."""

    class Meta:
        model = Unit

    class Params:
        top = factory.Trait(
            level="district", name=factory.Sequence(lambda n: f"Huyện Thử {n}"), parent=None
        )
        # A commune of a district of its own.
        in_district = factory.Trait(
            parent=factory.SubFactory("tiengmo.places.tests.factories.UnitFactory", top=True)
        )

    code = factory.Sequence(lambda n: f"{n + 90000:05d}")
    name = factory.Sequence(lambda n: f"Xã Thử {n}")
    level = "commune"
    valid_from = dt.date(2004, 1, 1)
    legal_basis = "Nghị quyết thử"


class VillageFactory(DjangoModelFactory):
    """A village of 100 households in a commune of its own, with its membership."""

    class Meta:
        model = Village
        skip_postgeneration_save = True

    unit = factory.SubFactory(UnitFactory, in_district=True)
    code = factory.LazyAttributeSequence(lambda village, n: f"{village.unit.code}-{n:02d}")
    name = factory.Sequence(lambda n: f"Thôn Thử {n}")
    households = 100
    population = 450
    languages = factory.LazyFunction(lambda: ["vi"])
    latitude = 22.6
    longitude = 103.7
    is_invented = True

    @factory.post_generation
    def membership(self, create, extracted, **kwargs):
        if create:
            VillageMembership.objects.create(
                village=self, unit=self.unit, valid_from=self.unit.valid_from
            )
