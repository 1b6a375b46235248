"""Which topics an account may write and read: one statement for every broker.

A box touches its own topics only. What all boxes read (signed schedules, revocations) is open to
every box for reading: those messages are public and signed, and no box can write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from speaker_link import topics

GATEWAY_USER = "gateway"
CONTROL_TOPIC = "$CONTROL/dynamic-security/v1"
CONTROL_RESPONSE_TOPIC = f"{CONTROL_TOPIC}/response"
# Longer than this and a dead box would look alive for more than 30 s (1.5 times the keepalive).
MAX_KEEPALIVE_SECONDS = 20


class Act(Enum):
    WRITE = "write"
    SUBSCRIBE = "subscribe"
    READ = "read"


@dataclass(frozen=True)
class Rights:
    """Topic filters an account may write to and read from (and so subscribe to)."""

    write: tuple[str, ...]
    read: tuple[str, ...]

    def allow(self, act: Act, topic: str) -> bool:
        return any(covers(own, topic) for own in (self.write if act is Act.WRITE else self.read))


def box_rights(serial: str) -> Rights:
    return Rights(
        write=tuple(topics.written_by_box(serial)),
        read=(
            f"{topics.PREFIX}/boxes/{serial}/#",
            f"{topics.PREFIX}/stations/+/schedule",
            f"{topics.PREFIX}/stations/+/text",
            f"{topics.PREFIX}/stations/+/takeover/+",
            f"{topics.PREFIX}/stations/+/live/+",
            f"{topics.PREFIX}/stations/+/alerts/+",
            topics.REVOCATIONS,
            topics.ROOT,
        ),
    )


def gateway_rights() -> Rights:
    return Rights(write=(f"{topics.PREFIX}/#",), read=(f"{topics.PREFIX}/#",))


def rights_of(username: str) -> Rights:
    return gateway_rights() if username == GATEWAY_USER else box_rights(username)


def covers(allowed: str, asked: str) -> bool:
    """Is everything that `asked` (a topic or a filter) can match also matched by `allowed`?"""
    own, theirs = allowed.split("/"), asked.split("/")
    for index, level in enumerate(own):
        if level == "#":
            # "a/#" also matches "a" itself; a "$" topic is never matched by a leading wildcard.
            return index > 0 or not asked.startswith("$")
        if index >= len(theirs):
            return False
        asked_level = theirs[index]
        if asked_level == "#":
            return False
        if level == "+":
            continue
        if asked_level != level:
            return False
    return len(own) == len(theirs)
