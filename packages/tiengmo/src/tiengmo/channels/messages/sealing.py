"""Numbers, codes and providers' credentials, readable only with this installation's key.

Fernet (AES-128-CBC with HMAC-SHA256) by the cryptography library, with keys derived from the secret
that also seals followers' addresses; it lies in the folder of keys, not in the database. The hash
finds a number again without opening the others, and is worth nothing without the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing

TRY_WITHIN_SECONDS = 24 * 3600


class Unreadable(Exception):
    """The key that sealed it is not here."""


@lru_cache(maxsize=4)
def _keys(secret: str) -> tuple[Fernet, bytes]:
    def derive(purpose: bytes) -> bytes:
        return hmac.new(secret.encode(), b"tiengmo.messages." + purpose, "sha256").digest()

    return Fernet(base64.urlsafe_b64encode(derive(b"seal"))), derive(b"find")


def seal(text: str) -> str:
    return _keys(settings.FOLLOWERS_KEY)[0].encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises Unreadable: sealed with another installation's key."""
    try:
        return _keys(settings.FOLLOWERS_KEY)[0].decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def seal_credentials(given: dict[str, str]) -> str:
    return seal(json.dumps(given))


def open_credentials(sealed: str) -> dict[str, str]:
    """Raises Unreadable."""
    opened: dict[str, str] = json.loads(unseal(sealed)) if sealed else {}
    return opened


def hash_of(number: str) -> str:
    key = _keys(settings.FOLLOWERS_KEY)[1]
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def asking_token(subscriber_id: object) -> str:
    """Stands in the address of the page where somebody types the code they were sent."""
    return signing.dumps(str(subscriber_id), salt="text_messages.asking")


def asked_by(token: str) -> str | None:
    try:
        return str(signing.loads(token, salt="text_messages.asking", max_age=TRY_WITHIN_SECONDS))
    except (signing.BadSignature, ValueError):
        return None


def callback_token(provider_id: int) -> str:
    """Stands in the address that a provider calls back: nobody else can make one."""
    return signing.Signer(salt="text_messages.callback").sign(str(provider_id))


def called_back(token: str) -> int | None:
    try:
        return int(signing.Signer(salt="text_messages.callback").unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def reading(sealed: str) -> str:
    """The last three digits, for people who must know which number is meant."""
    try:
        return f"…{unseal(sealed)[-3:]}"
    except Unreadable:
        return "…"
