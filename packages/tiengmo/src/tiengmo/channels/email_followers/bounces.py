"""Delivery reports (RFC 3464) that come back to the sender's mailbox hours later."""

from __future__ import annotations

import email
import re
from email import policy
from typing import TYPE_CHECKING

from tiengmo.channels.email_followers.actions import end_following
from tiengmo.channels.email_followers.models import Follower
from tiengmo.channels.email_followers.sealing import follower_of, hash_of

if TYPE_CHECKING:
    from email.message import Message

# RFC 3463: no such mailbox or domain, an address that cannot be, moved away, a mailbox that is
# closed. Every other 5.x.x speaks of our server, our letter or their policy, not of the address.
_GONE = re.compile(r"5\.(1\.[0-36]|2\.1)\b")
_OWN = re.compile(r"/theo-doi/cua-toi/([^/>]+)/")


def read_bounce(raw: bytes) -> int:
    """End what the report says can never be delivered; say how many followers that were.

    Anything that is no such report, or speaks of another failure than of the address, changes
    nothing; nor does one that does not bring back a letter of that follower, for anybody can write
    a report about an address.
    """
    message = email.message_from_bytes(raw, policy=policy.default)
    addresses = {hash_of(address) for address in _failed_for_good(message)}
    returned = {pk for token in _returned_tokens(message) if (pk := follower_of(token))}
    ended = Follower.objects.filter(pk__in=returned, address_hash__in=addresses)
    for follower in (found := list(ended)):
        end_following(follower, why="bounced")
    return len(found)


def is_gone(status: str) -> bool:
    """Does this answer begin with an enhanced status code (RFC 2034) that ends an address?"""
    return _GONE.match(status) is not None


def _returned_tokens(message: Message) -> set[str]:
    """What stands in the letter that came back: whole, or its head alone (RFC 6522, 3)."""
    tokens = set()
    for part in message.walk():
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list):
            heads = [one for one in inner if not isinstance(one, str)]
        elif part.get_content_type() == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            heads = [email.message_from_bytes(raw if isinstance(raw, bytes) else b"")]
        else:
            continue
        for head in heads:
            own = "".join(str(head.get("List-Unsubscribe", "")).split())
            tokens |= set(_OWN.findall(own))
    return tokens


def _failed_for_good(message: Message) -> set[str]:
    addresses = set()
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            status = str(block.get("Status", "")).strip() if not isinstance(block, str) else ""
            if isinstance(block, str) or not is_gone(status):
                continue
            for name in ("Original-Recipient", "Final-Recipient"):
                _kind, _semicolon, address = str(block.get(name, "")).partition(";")
                if "@" in address:
                    addresses.add(address.strip().strip("<>"))
    return addresses
