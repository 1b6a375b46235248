import pytest

from tiengmo.official_documents.tests.factories import Offices


@pytest.fixture
def offices(db):
    return Offices()
