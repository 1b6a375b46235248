"""Ed25519 keys as JWKs (RFC 8037), named by their thumbprint (RFC 7638)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from speaker_link.errors import InvalidKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64


def encode_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Decode strictly; `ValueError` for padding, foreign letters or unused bits that are set.

    One content has one spelling: a lax decoder would take several texts for the same signature.
    """
    raw = text.encode("ascii")
    rest = len(raw) % 4
    # Strict mode sees to the letters and the length, not to the bits that the last letter wastes.
    if b"=" in raw or (rest and raw[-1:] not in _LAST_LETTERS[rest]):
        raise ValueError("not canonical base64url")
    try:
        return binascii.a2b_base64(
            raw.translate(_TO_STANDARD) + b"=" * (-len(raw) % 4), strict_mode=True
        )
    except binascii.Error as error:
        raise ValueError(f"not base64url: {error}") from error


# "+" and "/" belong to the other alphabet: they become a letter that strict mode refuses.
_TO_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")
# By length modulo 4: the last letters whose unused bits are zero.
_LAST_LETTERS = {1: b"", 2: b"AQgw", 3: b"AEIMQUYcgkosw048"}


def thumbprint(x: str) -> str:
    """The key's name: RFC 7638 over the members that RFC 8037 requires, in their fixed order."""
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return encode_base64url(hashlib.sha256(members.encode("ascii")).digest())


class PublicKey:
    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise InvalidKey(f"an Ed25519 key has {KEY_BYTES} bytes, not {len(raw)}")
        self.raw = raw
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> Self:
        if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
            raise InvalidKey("not an OKP key on Ed25519")
        x = jwk.get("x")
        if not isinstance(x, str):
            raise InvalidKey("no public part (x)")
        try:
            key = cls(decode_base64url(x))
        except ValueError as error:
            raise InvalidKey(str(error)) from error
        if jwk.get("kid", key.kid) != key.kid:
            raise InvalidKey("kid is not the key's thumbprint")
        return key

    def to_jwk(self) -> dict[str, str]:
        x = encode_base64url(self.raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid}

    @cached_property
    def kid(self) -> str:
        return thumbprint(encode_base64url(self.raw))

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            self._key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"<PublicKey {self.kid}>"


class PrivateKey:
    """Shown by its name only: neither `repr` nor a traceback gives the secret away."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise InvalidKey(f"an Ed25519 seed has {KEY_BYTES} bytes, not {len(seed)}")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> Self:
        public = PublicKey.from_jwk(jwk)
        d = jwk.get("d")
        if not isinstance(d, str):
            raise InvalidKey("no private part (d)")
        try:
            key = cls(decode_base64url(d))
        except ValueError as error:
            raise InvalidKey(str(error)) from error
        if key.public != public:
            raise InvalidKey("private and public part do not belong together")
        return key

    def to_jwk(self) -> dict[str, str]:
        """The whole key, secret included: for a key file with mode 0600, never for a log."""
        return {**self.public.to_jwk(), "d": encode_base64url(self._key.private_bytes_raw())}

    @property
    def kid(self) -> str:
        return self.public.kid

    def sign(self, signed: bytes) -> bytes:
        return self._key.sign(signed)

    def __repr__(self) -> str:
        return f"<PrivateKey {self.kid}>"
