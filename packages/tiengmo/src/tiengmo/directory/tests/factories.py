"""Offices and officials for tests, looked at today unless told otherwise."""

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.directory.models import Office, Official
from tiengmo.directory.rules import usual_hours
from tiengmo.places.tests.factories import UnitFactory


class OfficeFactory(DjangoModelFactory):
    """A committee's office; `forgotten=True` was last looked at seven months ago."""

    class Meta:
        model = Office

    class Params:
        forgotten = factory.Trait(
            checked_on=factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=214))
        )

    unit = factory.SubFactory(UnitFactory, in_district=True)
    name = factory.Sequence(lambda n: f"UBND xã Thử {n}")
    address = "Thôn Một, xã Thử"
    phone = "0200 3700 100"
    email = "van-phong@thu.example"
    hours = factory.LazyFunction(usual_hours)
    checked_on = factory.LazyFunction(timezone.localdate)


class OfficialFactory(DjangoModelFactory):
    """Somebody in office since 2021."""

    class Meta:
        model = Official

    unit = factory.SubFactory(UnitFactory, in_district=True)
    name = factory.Sequence(lambda n: f"Lý A Thử {n}")
    position = "Chủ tịch UBND"
    phone = "0200 3700 111"
    email = "chu-tich@thu.example"
    is_leader = True
    valid_from = dt.date(2021, 7, 1)
    checked_on = factory.LazyFunction(timezone.localdate)
