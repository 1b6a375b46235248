"""A client written from docs/speaker-link.md alone: it uses nothing of ours to sign.

What a stranger who has read the page and holds the broker can send.
"""

import base64
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALL_KINDS = ["alert", "live", "schedule", "takeover"]
# 20 ms of silence in Opus.
PACKET = b"\xf8\xff\xfe"


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def dump(content):
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def instant(at):
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name():
    return base64url(os.urandom(15))


class Key:
    def __init__(self, seed=None):
        self.private = Ed25519PrivateKey.from_private_bytes(seed or os.urandom(32))
        self.x = base64url(self.private.public_key().public_bytes_raw())
        members = f'{{"crv":"Ed25519","kty":"OKP","x":"{self.x}"}}'
        self.kid = base64url(hashlib.sha256(members.encode()).digest())
        self.certificate = None
        self.serial = name()

    def sign(self, text):
        return base64url(self.private.sign(text.encode()))

    def certified(self, root, holder, area, *, highest="emergency", kinds=ALL_KINDS):
        """This key with a certificate of a root."""
        now = datetime.now(UTC)
        header = {"alg": "Ed25519", "kid": root.kid, "typ": "tm-cert+json"}
        payload = {
            "serial": self.serial,
            "key": {"kty": "OKP", "crv": "Ed25519", "x": self.x, "kid": self.kid},
            "holder": holder,
            "areas": [area],
            "highest_priority": highest,
            "kinds": kinds,
            "nbf": instant(now - timedelta(hours=1)),
            "exp": instant(now + timedelta(days=30)),
        }
        text = f"{base64url(dump(header))}.{base64url(dump(payload))}"
        self.certificate = f"{text}.{root.sign(text)}"
        return self

    def protected(self):
        header = {"alg": "Ed25519", "kid": self.kid, "typ": "tm+json"}
        if self.certificate is not None:
            header |= {"crit": ["x-tm-cert"], "x-tm-cert": self.certificate}
        return base64url(dump(header))


def signed(payload, *keys):
    """The text that goes to the broker."""
    text = base64url(dump(payload))
    signatures = []
    for key in keys:
        protected = key.protected()
        signatures.append({"protected": protected, "signature": key.sign(f"{protected}.{text}")})
    return json.dumps({"payload": text, "signatures": signatures})


def with_payload_of(text, other):
    """A message whose signatures are another's."""
    return json.dumps(json.loads(text) | {"payload": json.loads(other)["payload"]})


def _payload(kind, area, body, *, priority, exp, at=None, test=False):
    at = at or datetime.now(UTC)
    return {
        "typ": kind,
        "id": name(),
        "iat": instant(at),
        "nbf": instant(at),
        "exp": instant(exp),
        "areas": [area],
        "priority": priority,
        "test": test,
        "body": body,
    }


def takeover(area, key, *, takeover="talk", version=1, stream="first", priority="routine", **more):
    now = datetime.now(UTC)
    body = {
        "version": version,
        "takeover": takeover,
        "station": area,
        "title": "Trực tiếp",
        "stream": stream,
        "kid": key.kid,
        "start": instant(now),
        "until": instant(now + timedelta(minutes=10)),
    }
    at = more.pop("at", None)
    exp = more.pop("exp", now + timedelta(minutes=20))
    return _payload("takeover", area, body | more, priority=priority, exp=exp, at=at)


def segment(area, number, start, *, takeover="talk", stream="first", priority="routine", **more):
    raw = b"".join(len(PACKET).to_bytes(2, "big") + PACKET for _ in range(50))
    body = {
        "takeover": takeover,
        "station": area,
        "stream": stream,
        "sequence": number,
        "start": instant(start),
        "duration_ms": 1000,
        "codec": "opus",
        "sample_rate": 48000,
        "channels": 1,
        "packets": base64url(raw),
    }
    exp = start + timedelta(seconds=10)
    return _payload("live", area, body | more, priority=priority, exp=exp, at=more.pop("at", None))


def alert(area, *, alert="flood", version=1, status="Actual", test=False, **more):
    now = datetime.now(UTC)
    body = {
        "version": version,
        "alert": alert,
        "station": area,
        "status": status,
        "msg_type": "Alert",
        "title": "Lũ quét",
        "start": instant(now),
        "until": instant(now + timedelta(minutes=10)),
        "editions": [{"language": "vi", "sha256": "d" * 64, "bytes": 100, "duration_ms": 1000}],
        "repeat_ms": 0,
        "references": [],
    }
    exp = more.pop("exp", now + timedelta(minutes=20))
    return _payload("alert", area, body | more, priority="emergency", exp=exp, test=test)


def revocations(*kids, version):
    now = datetime.now(UTC)
    payload = _payload(
        "revocations",
        "",
        {
            "version": version,
            "revoked": [{"kid": kid, "revoked_at": instant(now), "reason": ""} for kid in kids],
        },
        priority="routine",
        exp=now + timedelta(days=300),
    )
    del payload["areas"]
    return payload
