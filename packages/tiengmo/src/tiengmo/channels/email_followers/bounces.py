"""Delivery reports (RFC 3464) that come back to the sender's mailbox hours later."""

from __future__ import annotations

import email
from email import policy
from typing import TYPE_CHECKING

from tiengmo.channels.email_followers.actions import end_following
from tiengmo.channels.email_followers.models import Follower
from tiengmo.channels.email_followers.sealing import hash_of

if TYPE_CHECKING:
    from email.message import Message


def read_bounce(raw: bytes) -> int:
    """End what the report says can never be delivered; say how many followers that were.

    Anything that is no such report, or speaks of a failure that may pass (4.x.x), changes nothing.
    """
    message = email.message_from_bytes(raw, policy=policy.default)
    ended = 0
    for address in _failed_for_good(message):
        follower = Follower.objects.filter(address_hash=hash_of(address)).first()
        if follower is not None:
            end_following(follower, why="bounced")
            ended += 1
    return ended


def _failed_for_good(message: Message) -> set[str]:
    addresses = set()
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            status = str(block.get("Status", "")).strip() if not isinstance(block, str) else ""
            if isinstance(block, str) or not status.startswith("5."):
                continue
            for name in ("Original-Recipient", "Final-Recipient"):
                _kind, _semicolon, address = str(block.get(name, "")).partition(";")
                if "@" in address:
                    addresses.add(address.strip().strip("<>"))
    return addresses
