"""Addresses are readable only with this installation's key, which is not in the database.

Fernet: AES-128-CBC with HMAC-SHA256, by the cryptography library. The hash finds an address again
without opening the others, and is worth nothing without the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing

CONFIRM_WITHIN_SECONDS = 48 * 3600


@lru_cache(maxsize=4)
def _keys(secret: str) -> tuple[Fernet, bytes]:
    def derive(purpose: bytes) -> bytes:
        return hmac.new(secret.encode(), b"tiengmo.email_followers." + purpose, "sha256").digest()

    return Fernet(base64.urlsafe_b64encode(derive(b"seal"))), derive(b"find")


def seal(address: str) -> str:
    return _keys(settings.FOLLOWERS_KEY)[0].encrypt(address.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises UnreadableAddress: sealed with another installation's key."""
    try:
        return _keys(settings.FOLLOWERS_KEY)[0].decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnreadableAddress from None


def hash_of(address: str) -> str:
    """The same for two spellings of one mailbox: case does not matter to any provider we know."""
    key = _keys(settings.FOLLOWERS_KEY)[1]
    return hmac.new(key, address.strip().casefold().encode(), hashlib.sha256).hexdigest()


class UnreadableAddress(Exception):
    """The key that sealed it is not here."""


def own_token(follower_id: object) -> str:
    """What stands in a follower's letters: whoever has it may change or end what they follow."""
    return signing.Signer(salt="email_followers.own").sign_object(str(follower_id))


def follower_of(token: str) -> str | None:
    try:
        return str(signing.Signer(salt="email_followers.own").unsign_object(token))
    except (signing.BadSignature, ValueError):
        return None


def confirm_token(letter_id: int) -> str:
    return signing.dumps(letter_id, salt="email_followers.confirm")


def letter_of(token: str) -> int | None:
    """The letter a link to confirm came from; None when it is no link of ours or too old."""
    try:
        return int(
            signing.loads(token, salt="email_followers.confirm", max_age=CONFIRM_WITHIN_SECONDS)
        )
    except (signing.BadSignature, ValueError):
        return None
