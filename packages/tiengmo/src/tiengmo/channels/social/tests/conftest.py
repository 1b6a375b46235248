"""A network's side of the line, and pages that are connected."""

import pytest

from tiengmo.channels.social import sealing
from tiengmo.channels.social.models import Network
from tiengmo.channels.social.networks import exchange
from tiengmo.channels.social.sending import running
from tiengmo.channels.social.tests.factories import AccountFactory, ConnectionFactory
from tiengmo.channels.social.tests.network import Line
from tiengmo.places.tests.factories import UnitFactory


@pytest.fixture
def line(monkeypatch):
    made = Line()
    monkeypatch.setattr(exchange, "client", made.client)
    return made


@pytest.fixture
def quick(monkeypatch, settings):
    settings.PUBLIC_URL = "https://mo.example.vn"
    monkeypatch.setattr(running, "RUN_SECONDS", 0.5)
    for code in ("facebook", "zalo"):
        Network.objects.create(
            code=code,
            requests_per_second=200,
            tokens=200,
            sealed_credentials=sealing.seal_credentials({"app_id": "1", "secret_key": "bi-mat"}),
        )


@pytest.fixture
def unit():
    return UnitFactory(in_district=True)


@pytest.fixture
def page(unit):
    return ConnectionFactory(account__unit=unit).account


@pytest.fixture
def oa(unit):
    account = AccountFactory(zalo=True, number=2859123456789, unit=unit)
    return ConnectionFactory(zalo=True, account=account).account
