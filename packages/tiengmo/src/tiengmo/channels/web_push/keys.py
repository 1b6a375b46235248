"""This installation's key towards push services (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import hashlib
import time
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02

# SEC 2, 2.4.2: the order of secp256r1.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

GOOD_SECONDS = 12 * 3600


@lru_cache(maxsize=4)
def _vapid(secret: str) -> Vapid02:
    # More bytes than the order has: every key is as likely as any other (FIPS 186-5, A.2.1).
    wide = hashlib.shake_256(b"tiengmo.web_push." + secret.encode()).digest(48)
    number = int.from_bytes(wide, "big") % (_ORDER - 1) + 1
    return Vapid02(ec.derive_private_key(number, ec.SECP256R1()))


def public_key() -> str:
    """As browsers take it: `applicationServerKey`, URL-safe base64."""
    point = _vapid(settings.PUSH_KEY).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def authorization(origin: str) -> str:
    """The header that proves to this push service who we are."""
    # A day at the most (RFC 8292, 2), and clocks differ.
    claims = {
        "aud": origin,
        "exp": int(time.time()) + GOOD_SECONDS,
        "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}",
    }
    signed: dict[str, str] = _vapid(settings.PUSH_KEY).sign(claims)
    return signed["Authorization"]
