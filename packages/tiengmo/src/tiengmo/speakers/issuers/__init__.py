"""People's own keys for alerts: made, certified by the root key, unlocked for one signature."""

from .keys import (
    ISSUING_ROLES,
    carry_key,
    issue_person_key,
    make_person_key,
    revoke_person_key,
)
from .passphrases import change_passphrase, unlock
from .queries import certified_key, own_key

__all__ = [
    "ISSUING_ROLES",
    "carry_key",
    "certified_key",
    "change_passphrase",
    "issue_person_key",
    "make_person_key",
    "own_key",
    "revoke_person_key",
    "unlock",
]
