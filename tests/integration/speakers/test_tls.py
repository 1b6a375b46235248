"""Outside loopback the broker speaks TLS only, under the installation's own authority."""

import asyncio
import ssl
import subprocess

import aiomqtt
import pytest
from integration.speakers.ports import free_port, wait_for_port
from tiengmo.speakers.brokers import find_mosquitto
from tiengmo.speakers.brokers.embedded import serve
from tiengmo.speakers.brokers.mosquitto import BrokerUnavailable, Listener, prepare
from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.brokers.tls import server_certificate

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def port(home):
    if find_mosquitto() is None:
        pytest.skip("Mosquitto is not installed")
    port = free_port()
    command = prepare(home / "broker", Listener("127.0.0.1", port, server_certificate("127.0.0.1")))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_port(port)
    yield port
    process.terminate()
    process.wait(90)


def connect(port, context):
    async def scene():
        async with aiomqtt.Client(
            "127.0.0.1",
            port,
            username="gateway",
            password=gateway_password(),
            identifier="gateway",
            keepalive=10,
            timeout=5,
            tls_context=context,
        ):
            return True

    return asyncio.run(scene())


def test_the_own_authority_is_believed(port, home):
    authority = server_certificate("127.0.0.1").authority
    assert connect(port, ssl.create_default_context(cafile=str(authority)))


def test_a_client_without_the_authority_turns_away(port, home):
    with pytest.raises((aiomqtt.MqttError, ssl.SSLError)):
        connect(port, ssl.create_default_context())


def test_plain_text_is_not_spoken(port, home):
    with pytest.raises(aiomqtt.MqttError):
        connect(port, None)


def test_keys_are_private_and_kept(home):
    made = server_certificate("loa.example.vn")
    assert made.key.stat().st_mode & 0o777 == 0o600
    before = made.certificate.read_bytes()
    assert server_certificate("loa.example.vn").certificate.read_bytes() == before


def test_the_embedded_broker_keeps_to_loopback(home):
    with pytest.raises(BrokerUnavailable):
        asyncio.run(serve(Listener("0.0.0.0", 1), asyncio.Event()))
