"""Credentials of networks and accounts, readable only with this installation's key."""

from __future__ import annotations

import json

from tiengmo.foundation.sealing import Sealing, Unreadable

__all__ = ["Unreadable", "open_credentials", "seal_credentials"]

_SEALING = Sealing("social")


def seal_credentials(given: dict[str, str]) -> str:
    return _SEALING.seal(json.dumps(given))


def open_credentials(sealed: str) -> dict[str, str]:
    """Raises Unreadable."""
    opened: dict[str, str] = json.loads(_SEALING.unseal(sealed)) if sealed else {}
    return opened
