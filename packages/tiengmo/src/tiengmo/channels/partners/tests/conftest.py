import pytest

from tiengmo.channels.partners.tests.subscriber import listening
from tiengmo.places.tests.factories import UnitFactory, VillageFactory


@pytest.fixture
def commune():
    unit = UnitFactory(in_district=True)
    VillageFactory(unit=unit, households=80)
    return unit


@pytest.fixture
def subscriber(settings):
    settings.PARTNERS_HERE = True
    with listening() as found:
        yield found
