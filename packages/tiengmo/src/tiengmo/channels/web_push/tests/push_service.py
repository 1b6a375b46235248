"""A push service and the browsers behind it, written from RFC 8030, 8188, 8291 and 8292."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
import time

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "https://push.example.org"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point_of(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def hkdf(key, *, salt, info, length):
    return HKDF(SHA256(), length, salt, info).derive(key)


class Device:
    """A browser: its keys, and what it shows. A notice takes the place of one with its tag."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.shown = {}
        self.got = []

    def to_json(self):
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": b64(point_of(self._key)), "auth": b64(self._auth)},
        }

    def receive(self, body):
        told = json.loads(self._opened(body))
        self.got.append(told)
        self.shown[told["tag"]] = told["title"]

    def _opened(self, body):
        # RFC 8188, 2.1: salt, record size, length of the key's id, the id; one record.
        salt, record_size, id_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + id_length], body[21 + id_length :]
        assert len(sender) == 65  # RFC 8291, 4
        assert len(record) <= record_size
        assert len(body) <= 4096
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), theirs)
        info = b"WebPush: info\0" + point_of(self._key) + sender  # RFC 8291, 3.3
        ikm = hkdf(shared, salt=self._auth, info=info, length=32)
        key = hkdf(ikm, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
        nonce = hkdf(ikm, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
        opened = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert opened[-1:] == b"\2"  # the last record
        return opened[:-1]


class PushServer:
    """Takes notices for its devices. `script`: statuses or exceptions that come first."""

    def __init__(self, origin=ORIGIN):
        self.origin = origin
        self.devices = {}
        self.script = []
        self.requests = []
        self._lock = threading.Lock()

    def device(self):
        made = Device(f"{self.origin}/push/{b64(os.urandom(12))}")
        self.devices[made.endpoint.removeprefix(self.origin)] = made
        return made

    def take(self, path, headers, body):
        """(status, headers) of the answer. Raises what the script says."""
        with self._lock:
            self.requests.append((path, headers, body))
            step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        if isinstance(step, tuple):
            return step
        device = self.devices.get(path)
        if device is None:
            return 410, {}
        if not headers.get("ttl", "").isdigit():
            return 400, {}  # RFC 8030, 5.2
        if headers.get("content-encoding") != "aes128gcm":
            return 415, {}
        if not self.is_signed(headers.get("authorization", "")):
            return 403, {}
        assert headers["urgency"] in {"very-low", "low", "normal", "high"}
        topic = headers["topic"]
        assert len(topic) <= 32
        assert len(unb64(topic)) == 24
        device.receive(body)
        return 201, {"Location": f"{self.origin}/m/{hashlib.sha256(body).hexdigest()[:12]}"}

    def is_signed(self, authorization):
        """RFC 8292, 2 and 3: ES256 by the key that stands beside it, for this origin, in time."""
        scheme, _space, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, signature = parts["t"].split(".")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        raw = unb64(signature)
        whole = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        key.verify(whole, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        told = json.loads(unb64(claims))
        left = told["exp"] - time.time()
        return (
            scheme == "vapid"
            and json.loads(unb64(head))["alg"] == "ES256"
            and told["aud"] == self.origin
            and 0 < left <= 24 * 3600
            and told["sub"].startswith("mailto:")
        )

    def client(self):
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, said = self.take(request.url.path, headers, request.content)
        return httpx.Response(status, headers=said)
