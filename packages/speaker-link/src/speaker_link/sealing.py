"""A private key under a passphrase: scrypt (RFC 7914) and AES-256-GCM, bound to the key's name.

What is sealed may be carried about: a person keeps it on a phone and opens it at a box.
"""

import base64
import binascii
import os
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from speaker_link.errors import InvalidKey
from speaker_link.keys import KEY_BYTES, PrivateKey

# 64 MB and about a sixth of a second a guess: nothing for the person, years for a thief.
N, R, P = 2**16, 8, 1
SALT_BYTES, NONCE_BYTES = 16, 12


class WrongPassphrase(Exception):
    """This passphrase does not open this key."""


def seal(key: PrivateKey, passphrase: str) -> dict[str, Any]:
    """Lock a key; nothing of the passphrase stays in the result."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    secret = base64.urlsafe_b64decode(key.to_jwk()["d"] + "=")
    box = AESGCM(_derive(passphrase, salt)).encrypt(nonce, secret, key.kid.encode())
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
    """Open a key.

    Raises:
        WrongPassphrase: also when the sealed text is another key's.
        InvalidKey: this is no sealed key, or sealed at another cost: a stranger's file must not
            say how much memory a board spends on it.
    """
    try:
        cost = [sealed[name] for name in ("kdf", "n", "r", "p")]
        salt, nonce, box = (
            base64.b64decode(sealed[name], validate=True) for name in ("salt", "nonce", "box")
        )
    except (KeyError, TypeError, binascii.Error, ValueError) as error:
        raise InvalidKey("not a sealed key") from error
    sizes = (len(salt), len(nonce), len(box))
    if cost != ["scrypt", N, R, P] or sizes != (SALT_BYTES, NONCE_BYTES, KEY_BYTES + 16):
        raise InvalidKey("not sealed in the way that is known here")
    try:
        secret = AESGCM(_derive(passphrase, salt)).decrypt(nonce, box, kid.encode())
    except InvalidTag as error:
        raise WrongPassphrase from error
    return PrivateKey(secret)


def _derive(passphrase: str, salt: bytes) -> bytes:
    # NFC: a phone and a desktop may compose the same Vietnamese letter differently.
    text = unicodedata.normalize("NFC", passphrase)
    return Scrypt(salt=salt, length=KEY_BYTES, n=N, r=R, p=P).derive(text.encode())
