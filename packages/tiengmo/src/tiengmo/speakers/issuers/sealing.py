"""A private key under a passphrase: scrypt (RFC 7914) and AES-256-GCM, bound to the key's name."""

from __future__ import annotations

import base64
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from speaker_link.keys import PrivateKey

# 64 MB and about a sixth of a second a guess: nothing for the person, years for a stolen database.
N, R, P = 2**16, 8, 1
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32


class WrongPassphrase(Exception):
    """This passphrase does not open this key."""


def seal(key: PrivateKey, passphrase: str) -> dict[str, Any]:
    """Lock a key; nothing of the passphrase stays in the result."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    secret = base64.urlsafe_b64decode(key.to_jwk()["d"] + "=")
    box = AESGCM(_derive(passphrase, salt, N, R, P)).encrypt(nonce, secret, key.kid.encode())
    return {
        "kdf": "scrypt",
        "n": N,
        "r": R,
        "p": P,
        "salt": base64.b64encode(salt).decode(),
        "nonce": base64.b64encode(nonce).decode(),
        "box": base64.b64encode(box).decode(),
    }


def unseal(sealed: dict[str, Any], *, kid: str, passphrase: str) -> PrivateKey:
    """Open a key. Raises WrongPassphrase, also when the sealed text is another key's."""
    derived = _derive(
        passphrase, base64.b64decode(sealed["salt"]), sealed["n"], sealed["r"], sealed["p"]
    )
    try:
        secret = AESGCM(derived).decrypt(
            base64.b64decode(sealed["nonce"]), base64.b64decode(sealed["box"]), kid.encode()
        )
    except InvalidTag as error:
        raise WrongPassphrase from error
    return PrivateKey(secret)


def _derive(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # NFC: a phone and a desktop may compose the same Vietnamese letter differently.
    from tiengmo.foundation.vietnamese import nfc

    return Scrypt(salt=salt, length=KEY_BYTES, n=n, r=r, p=p).derive(nfc(passphrase).encode())
