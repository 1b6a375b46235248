"""What a browser hands over, who may be asked, and what a notice carries. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from tiengmo.releases.models import Priority

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_ENDPOINT = 1000
AUTH_BYTES = 16  # RFC 8291, 3.2
LONGEST_TITLE, LONGEST_BODY = 120, 300
# RFC 8030, 5.3.
URGENCIES = {Priority.EMERGENCY: "high", Priority.PRIORITY: "normal", Priority.ROUTINE: "low"}
WITHDRAWAL_URGENCY = "normal"
# Refused so often in a row, a browser is taken to be gone.
MOST_FAILURES = 5


@dataclass(frozen=True, repr=False)
class Subscription:
    """Where a browser is told, and the keys only it can open with."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}".lower()

    def kept(self) -> str:
        return json.dumps([self.endpoint, self.p256dh, self.auth])

    @classmethod
    def of_kept(cls, text: str) -> Subscription:
        return cls(*json.loads(text))


def read_subscription(sent: Any, services: Iterable[str]) -> Subscription | None:
    """What `PushSubscription.toJSON()` gave; None when no browser of a known maker wrote it."""
    if not isinstance(sent, dict) or not isinstance(keys := sent.get("keys"), dict):
        return None
    endpoint = sent.get("endpoint")
    if not isinstance(endpoint, str) or not is_known(endpoint, services):
        return None
    point, auth = _decoded(keys.get("p256dh")), _decoded(keys.get("auth"))
    if point is None or auth is None or len(auth) != AUTH_BYTES:
        return None
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None
    return Subscription(endpoint, keys["p256dh"], keys["auth"])


def is_known(endpoint: str, services: Iterable[str]) -> bool:
    """Is this an address of a push service that may be asked? Whoever subscribes names it.

    services: hosts, ".example.com" for all below it, or a whole origin.
    """
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable():
        return False
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.username is not None or " " in endpoint or "\\" in endpoint or not parts.path[1:]:
        return False
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    for service in services:
        if "://" in service:
            if origin == service:
                return True
        elif (
            parts.scheme == "https"
            and port in (None, 443)
            and (host == service or (service.startswith(".") and host.endswith(service)))
        ):
            return True
    return False


def decoded(text: str) -> bytes:
    """URL-safe base64 without padding, as browsers write keys. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _decoded(text: object) -> bytes | None:
    if not isinstance(text, str) or len(text) > 200 or not text.isascii():  # noqa: PLR2004
        return None
    try:
        return decoded(text)
    except ValueError:
        return None


def shortened(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
