"""Where the broker is: one address, or those of a cluster's nodes."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from .mosquitto import is_loopback


class Address(NamedTuple):
    host: str
    port: int

    @property
    def uses_tls(self) -> bool:
        return not is_loopback(self.host)


def cluster_addresses() -> list[Address]:
    """Return the nodes that `TIENGMO_BROKERS` names, in the order in which they should be tried."""
    return [_parse(part.strip()) for part in settings.BROKERS.split(",") if part.strip()]


def gateway_addresses() -> list[Address]:
    """Return where a gateway finds the broker: never empty."""
    host = settings.BROKER_HOST
    if not is_loopback(host):
        # The name in the certificate; what the broker listens on may be 0.0.0.0.
        host = settings.BROKER_PUBLIC_HOST or host
    return cluster_addresses() or [Address(host, settings.BROKER_PORT)]


def _parse(text: str) -> Address:
    host, separator, port = text.rpartition(":")
    return Address(host, int(port)) if separator else Address(text, settings.BROKER_PORT)
