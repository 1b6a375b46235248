"""Every account the broker should know, in the plain form that both brokers are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.speakers.models import Box

from .passwords import PasswordHash, gateway_password, hash_password
from .rights import (
    CONTROL_RESPONSE_TOPIC,
    CONTROL_TOPIC,
    GATEWAY_USER,
    Rights,
    box_rights,
    gateway_rights,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Account:
    username: str
    password: PasswordHash
    rights: Rights
    # A box must connect under its own name: another name would be another box's session.
    client_id: str = ""


def gateway_account() -> Account:
    rights = gateway_rights()
    return Account(
        GATEWAY_USER,
        hash_password(gateway_password()),
        Rights(
            write=(*rights.write, CONTROL_TOPIC),
            read=(*rights.read, CONTROL_RESPONSE_TOPIC),
        ),
    )


def box_account(box: Box) -> Account:
    return Account(box.serial, box.broker_password, box_rights(box.serial), client_id=box.serial)


def all_accounts() -> Iterator[Account]:
    yield gateway_account()
    for box in Box.objects.filter(retired_at=None).iterator():
        yield box_account(box)
