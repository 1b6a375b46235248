import pytest

from .factories import Offices


@pytest.fixture
def offices(db):
    return Offices()
