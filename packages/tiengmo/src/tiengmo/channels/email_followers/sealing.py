"""Addresses are readable only with this installation's key; and what stands in links."""

from __future__ import annotations

from django.core import signing

from tiengmo.foundation.sealing import Sealing, Unreadable

__all__ = ["Unreadable", "hash_of", "seal", "unseal"]

CONFIRM_WITHIN_SECONDS = 48 * 3600
_SEALING = Sealing("email_followers")

seal, unseal = _SEALING.seal, _SEALING.unseal
# The same for two spellings of one mailbox: case does not matter to any provider we know.
hash_of = _SEALING.hash_of


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
