"""How long a box waits before it asks for its broker again."""

import asyncio
import socket

import pytest
from speaker_agent import connection
from speaker_agent.connection import LONGEST_WAIT_REFUSED_SECONDS, Traffic, keep_connected
from speaker_agent.state import Broker


class Enough(Exception):
    pass


async def waits(monkeypatch, port, tries=9):
    """The longest waits, without waiting, of a box that cannot reach its broker."""
    found = []
    really_sleep = asyncio.sleep

    async def sleep(seconds):
        found.append(seconds)
        if len(found) == tries:
            raise Enough
        await really_sleep(0)

    async def make_will():
        return "{}"

    monkeypatch.setattr(connection.asyncio, "sleep", sleep)
    monkeypatch.setattr(connection.random, "uniform", lambda _low, high: high)
    broker = Broker(
        host="127.0.0.1", port=port, username="loa-1", password="secret", uses_tls=False
    )
    with pytest.raises(Enough):
        await keep_connected(broker, "loa-1", traffic=Traffic(), make_will=make_will, talk=None)
    return found


async def test_a_broker_that_is_being_started_again_is_asked_often(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = await waits(monkeypatch, port)
    assert found[0] < 2
    assert max(found) == LONGEST_WAIT_REFUSED_SECONDS * 1.3


async def test_a_broker_that_is_out_of_reach_is_asked_ever_more_seldom(monkeypatch):
    monkeypatch.setattr(
        connection.aiomqtt.Client,
        "_client_connect",
        lambda _client: (_ for _ in ()).throw(OSError("no route")),
    )
    found = await waits(monkeypatch, 1)
    assert found == sorted(found)
    assert found[-1] > 60
