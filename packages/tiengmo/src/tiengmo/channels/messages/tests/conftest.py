import pytest

from tiengmo.channels.messages.providers import exchange
from tiengmo.channels.messages.sending import running
from tiengmo.channels.messages.tests.network import Line
from tiengmo.places.tests.factories import UnitFactory, VillageFactory


@pytest.fixture
def line(monkeypatch):
    made = Line()
    monkeypatch.setattr(exchange, "client", made.client)
    return made


@pytest.fixture
def short_runs(monkeypatch, settings):
    settings.PUBLIC_URL = "https://mo.example.vn"
    monkeypatch.setattr(running, "RUN_SECONDS", 0.5)


@pytest.fixture
def village():
    return VillageFactory(unit=UnitFactory(in_district=True), households=100, population=450)
