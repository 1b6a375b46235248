"""Callbacks and secrets, readable only with this installation's key."""

from tiengmo.foundation.sealing import Sealing, Unreadable

__all__ = ["Unreadable", "hash_of", "seal", "unseal"]

_SEALING = Sealing("partners")
seal, unseal = _SEALING.seal, _SEALING.unseal


def hash_of(callback: str) -> str:
    """Two callbacks may differ in case alone, which Sealing's own hash does not tell apart."""
    return _SEALING.hash_of(callback.encode().hex())
