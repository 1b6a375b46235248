"""One request to a push service and what its answer means: the only place that uses HTTP."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from tiengmo.channels.messages.providers.exchange import TIMEOUT, wait_of
from tiengmo.channels.web_push import keys, rules

if TYPE_CHECKING:
    from tiengmo.channels.web_push.rules import Subscription


class Said(enum.Enum):
    """What a push service's answer means for the notice."""

    ACCEPTED = enum.auto()
    GONE = enum.auto()  # this browser will never be told anything again
    REFUSED = enum.auto()  # this notice, or our signature
    NOT_YET = enum.auto()  # later


@dataclass(frozen=True)
class Answer:
    said: Said
    detail: str = ""
    wait_seconds: float | None = None


@dataclass(frozen=True, repr=False)
class Parcel:
    """A notice as it is handed over. topic: the next one with it takes its place (RFC 8030)."""

    subscription: Subscription
    text: str
    ttl_seconds: int
    urgency: str
    topic: str


def client() -> httpx.Client:
    """Nothing is followed: a push service that names another address is not the one allowed."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False)


def encrypted(text: str, subscription: Subscription) -> bytes:
    """Only this browser can open it (RFC 8291); a new key and salt each time."""
    sealed: bytes = http_ece.encrypt(
        text.encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=rules.decoded(subscription.p256dh),
        auth_secret=rules.decoded(subscription.auth),
        version="aes128gcm",
    )
    return sealed


def hand_over(parcel: Parcel, http: httpx.Client) -> Answer:
    """Ask the push service to bring it. Raises nothing that the network can do."""
    headers = {
        "Authorization": keys.authorization(parcel.subscription.origin),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(parcel.ttl_seconds),
        "Urgency": parcel.urgency,
        "Topic": parcel.topic,
    }
    try:
        response = http.post(
            parcel.subscription.endpoint,
            content=encrypted(parcel.text, parcel.subscription),
            headers=headers,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The address is a secret between the browser and its maker: only what kind of error.
        return Answer(Said.NOT_YET, type(error).__name__)
    status = response.status_code
    detail = f"HTTP {status}"
    if response.is_success:
        return Answer(Said.ACCEPTED, detail)
    if status in (404, 410):
        return Answer(Said.GONE, detail)
    if status in (408, 425, 429) or response.is_server_error:
        return Answer(Said.NOT_YET, detail, wait_seconds=wait_of(response))
    return Answer(Said.REFUSED, detail)
