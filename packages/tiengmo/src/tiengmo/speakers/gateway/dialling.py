"""How the gateway calls the broker: whichever of its addresses answers."""

from __future__ import annotations

import ssl

import aiomqtt
from django.conf import settings

from tiengmo.speakers.brokers.addresses import Address, gateway_addresses
from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.brokers.rights import GATEWAY_USER

KEEPALIVE_SECONDS = 10
# A broker that comes back must not be noticed late: an alert may wait behind it.
RETRY_SECONDS = (0.2, 0.5, 1)


class Addresses:
    """The broker's addresses in turn; links begin at different ones, so that nodes share them."""

    def __init__(self, first: int = 0) -> None:
        self._all = gateway_addresses()
        self._index = first

    @property
    def current(self) -> Address:
        return self._all[self._index % len(self._all)]

    def go_on(self) -> None:
        self._index += 1

    def __str__(self) -> str:
        return f"{self.current.host}:{self.current.port}"


def tls_context(address: Address) -> ssl.SSLContext | None:
    """Trust our own authority or the configured one; None on the loopback."""
    if not address.uses_tls:
        return None
    authority = settings.BROKER_TLS_CA or str(settings.KEYS / "tls" / "authority.crt")
    return ssl.create_default_context(cafile=authority)


def gateway_client(
    identifier: str, address: Address, *, clean_session: bool = False
) -> aiomqtt.Client:
    """Return a client that is not connected yet, and acknowledges only what it is told to."""
    client = aiomqtt.Client(
        address.host,
        address.port,
        username=GATEWAY_USER,
        password=gateway_password(),
        identifier=identifier,
        # What boxes say while nobody holds the share waits in the broker.
        clean_session=clean_session,
        keepalive=KEEPALIVE_SECONDS,
        timeout=10,
        max_inflight_messages=1000,
        tls_context=tls_context(address),
    )
    client.pending_calls_threshold = 10_000
    # aiomqtt has no door to it: without this, paho acknowledges before we have stored.
    client._client.manual_ack_set(on=True)  # noqa: SLF001
    return client
