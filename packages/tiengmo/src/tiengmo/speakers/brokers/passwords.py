"""Broker passwords: long random tokens, stored as the PBKDF2 that Mosquitto's plugin reads."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings

if TYPE_CHECKING:
    from pathlib import Path

# Stretching protects weak passwords; these hold 256 random bits, so the plugin's own count is kept
# and 300 boxes that reconnect together do not stall the broker.
ITERATIONS = 101


class PasswordHash(TypedDict):
    salt: str
    hash: str
    iterations: int


def new_password() -> str:
    return secrets.token_urlsafe(32)


def hash_password(password: str) -> PasswordHash:
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return {
        "salt": base64.b64encode(salt).decode(),
        "hash": base64.b64encode(digest).decode(),
        "iterations": ITERATIONS,
    }


def is_password(password: str, stored: PasswordHash) -> bool:
    digest = hashlib.pbkdf2_hmac(
        "sha512", password.encode(), base64.b64decode(stored["salt"]), stored["iterations"]
    )
    return hmac.compare_digest(digest, base64.b64decode(stored["hash"]))


def gateway_password() -> str:
    """Read the gateway's own broker password, making it on first use."""
    path: Path = settings.KEYS / "broker_gateway_password"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        value = new_password()
        file.write(value)
    return value
