"""Numbers, codes and providers' credentials, readable only with this installation's key."""

from __future__ import annotations

import json

from django.core import signing

from tiengmo.foundation.sealing import Sealing, Unreadable

__all__ = ["Unreadable", "hash_of", "seal", "unseal"]

TRY_WITHIN_SECONDS = 24 * 3600
_SEALING = Sealing("messages")

seal, unseal = _SEALING.seal, _SEALING.unseal
# Of a number, or of a browser's address, in which case matters.
hash_of = _SEALING.hash_of_exactly


def seal_credentials(given: dict[str, str]) -> str:
    return seal(json.dumps(given))


def open_credentials(sealed: str) -> dict[str, str]:
    """Raises Unreadable."""
    opened: dict[str, str] = json.loads(unseal(sealed)) if sealed else {}
    return opened


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
