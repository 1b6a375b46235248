"""What only this installation reads, and the tokens that let somebody in."""

from __future__ import annotations

import hashlib
import secrets

from tiengmo.foundation.sealing import Sealing, Unreadable

ADDRESSES = Sealing("press")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """256 random bits need no salt: nobody can try them all."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def address_of(sealed: str) -> str:
    """The address, for the press office; "" when its key is not here."""
    try:
        return ADDRESSES.unseal(sealed)
    except Unreadable:
        return ""
