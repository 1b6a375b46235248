import pytest

from tiengmo.channels.messages.providers import exchange
from tiengmo.channels.messages.tests.network import Line


@pytest.fixture
def line(monkeypatch):
    made = Line()
    monkeypatch.setattr(exchange, "client", made.client)
    return made
