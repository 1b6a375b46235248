import pytest

from tiengmo.one_stop.tests.factories import Offices


@pytest.fixture
def offices(db):
    return Offices()
