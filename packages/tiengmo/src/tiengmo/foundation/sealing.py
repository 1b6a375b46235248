"""Text that is readable only with this installation's key, which is not in the database.

Fernet (AES-128-CBC with HMAC-SHA256) by the cryptography library. The hash finds a text again
without opening the others, and is worth nothing without the key. Each use derives keys of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(Exception):
    """The key that sealed it is not here."""


class Sealing:
    """Seals, opens and finds again what is kept for one purpose: `Sealing("press")`."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def seal(self, text: str) -> str:
        return self._keys()[0].encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises Unreadable: sealed with another installation's key."""
        try:
            return self._keys()[0].decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable from None

    def hash_of(self, text: str) -> str:
        """The same for two spellings that differ in case or in spaces around."""
        return self.hash_of_exactly(text.strip().casefold())

    def hash_of_exactly(self, text: str) -> str:
        return hmac.new(self._keys()[1], text.encode(), hashlib.sha256).hexdigest()

    def _keys(self) -> tuple[Fernet, bytes]:
        return _keys(settings.FOLLOWERS_KEY, self.purpose)


@lru_cache(maxsize=16)
def _keys(secret: str, purpose: str) -> tuple[Fernet, bytes]:
    def derive(use: str) -> bytes:
        return hmac.new(secret.encode(), f"tiengmo.{purpose}.{use}".encode(), "sha256").digest()

    return Fernet(base64.urlsafe_b64encode(derive("seal"))), derive("find")
