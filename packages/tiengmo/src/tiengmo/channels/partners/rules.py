"""What a subscriber may ask of the hub, which feeds there are, and how a push is signed. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"
MODES = (SUBSCRIBE, UNSUBSCRIBE)
PREFIX = "/he-thong-ban/"
HUB = f"{PREFIX}hub"
LONGEST_CALLBACK = 1000
# WebSub, 5.1: less than 200 bytes. The least is ours: what signs must not be guessed.
SECRET_LEAST, SECRET_BELOW = 16, 200
LEASE_LEAST, LEASE_USUAL, LEASE_MOST = 3600, 10 * 86400, 30 * 86400
# A callback that does not answer is asked so often whether it meant it.
MOST_TRIES = 4
DEFAULT_PORTS = {"http": 80, "https": 443}

_KEY = re.compile(r"tin|(?:xa|chuyen-muc)/[A-Za-z0-9_-]{1,40}")
_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\]")


@dataclass(frozen=True)
class Topic:
    """A feed: `tin` (everything), `xa/<unit>`, `chuyen-muc/<category>`."""

    key: str

    @property
    def path(self) -> str:
        return f"{PREFIX}{self.key}.atom"

    @property
    def unit_code(self) -> str:
        kind, _slash, code = self.key.partition("/")
        return code if kind == "xa" else ""

    @property
    def category(self) -> str:
        kind, _slash, code = self.key.partition("/")
        return code if kind == "chuyen-muc" else ""


EVERYTHING = Topic("tin")


def topic_at(url: str, base: str) -> Topic | None:
    """The feed that has this address; None when none can have it. base: ours, without a slash."""
    inner = url.removeprefix(f"{base}{PREFIX}")
    key = inner.removesuffix(".atom")
    return Topic(key) if key != inner != url and _KEY.fullmatch(key) else None


def origin_of(url: str) -> str | None:
    """Scheme, host and port as they are compared: "https://cong.vn", "http://127.0.0.1:8080".

    None when it is no address that may be asked: not http(s), with a name or password in it, or
    with anything that two readers of addresses could read differently.
    """
    if len(url) > LONGEST_CALLBACK or not url.isascii() or not url.isprintable():
        return None
    if any(sign in url for sign in (" ", "\\", "@", "#")):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc.lower().removesuffix(f":{port}" if port is not None else "")
    if parts.scheme not in DEFAULT_PORTS or port == 0 or not _HOST.fullmatch(host):
        return None
    shown = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def lease_of(asked: str) -> int | None:
    """Seconds that a subscription lasts, within our bounds; None when it is no number."""
    if not asked:
        return LEASE_USUAL
    if not asked.isascii() or not asked.isdigit() or len(asked) > 12:  # noqa: PLR2004
        return None
    return min(max(int(asked), LEASE_LEAST), LEASE_MOST)


def with_query(callback: str, extra: dict[str, str]) -> str:
    """The callback with parameters added to those it has (WebSub, 5.3)."""
    parts = urlsplit(callback)
    query = "&".join(part for part in (parts.query, urlencode(extra)) if part)
    return parts._replace(query=query).geturl()


def has_hub_words(callback: str) -> bool:
    """Its own query must not answer in our parameters' place."""
    return any(name.startswith("hub.") for name, _value in parse_qsl(urlsplit(callback).query))


def signature(secret: str, body: bytes) -> str:
    """X-Hub-Signature (WebSub, 7.1)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
