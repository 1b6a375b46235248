"""What the independent reader reads with: base64url, JSON, instants, Opus, versions."""

import base64
import json
import re
from datetime import UTC, datetime

# RFC 6716, table 2, in samples at 48 kHz.
FRAMES = [480, 960, 1920, 2880] * 3 + [480, 960] * 2 + [120, 240, 480, 960] * 4


class No(Exception):
    """The message is refused, for this reason."""


def refuse_if(condition, reason):
    if condition:
        raise No(reason)


def unbase64(text):
    refuse_if(not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1, "malformed")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    refuse_if(base64.urlsafe_b64encode(raw).decode().rstrip("=") != text, "malformed")
    return raw


def parse(raw):
    def once(pairs):
        refuse_if(len({name for name, _ in pairs}) != len(pairs), "malformed")
        return dict(pairs)

    def never(_):
        raise No("malformed")

    try:
        parsed = json.loads(raw, object_pairs_hook=once, parse_constant=never)
    except (ValueError, RecursionError):
        raise No("malformed") from None
    refuse_if(not isinstance(parsed, dict), "malformed")
    return parsed


def instant(text):
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise No("malformed") from None


def samples_of(raw):
    """How long the packets of a segment last at 48 kHz (RFC 6716, section 3)."""
    total = 0
    while raw:
        length = int.from_bytes(raw[:2], "big")
        packet, raw = raw[2 : 2 + length], raw[2 + length :]
        refuse_if(not 0 < len(packet) == length <= 1275, "malformed")
        frames = {0: 1, 1: 2, 2: 2}.get(packet[0] & 3) or (packet + b"\0")[1] & 63
        total += FRAMES[packet[0] >> 3] * frames
    return total


def numbers(version):
    """A version's numbers; 1.2 is 1.2.0.0."""
    found = [int(number) for number in version.split(".")]
    return found + [0] * (4 - len(found))
