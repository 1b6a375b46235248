"""The register as citizens read it: lists, and what a pasted address is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.db.models import Q

from tiengmo.channels.social.models import Account
from tiengmo.channels.social.register.addresses import key_of, looks_like
from tiengmo.foundation.vietnamese import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


class Verdict(Enum):
    OFFICIAL = "official"
    RETIRED = "retired"
    WAITING = "waiting"  # registered, and nobody has made sure yet
    UNKNOWN = "unknown"
    NO_ADDRESS = "no_address"  # what was pasted leads to no account


@dataclass(frozen=True)
class Found:
    """What an address is. alike: the official account that an unknown one resembles."""

    verdict: Verdict
    account: Account | None = None
    alike: Account | None = None


_VERDICTS = {
    Account.Status.VERIFIED: Verdict.OFFICIAL,
    Account.Status.RETIRED: Verdict.RETIRED,
    Account.Status.REGISTERED: Verdict.WAITING,
}


def official() -> QuerySet[Account]:
    return Account.objects.filter(status=Account.Status.VERIFIED).select_related("unit")


def retired() -> QuerySet[Account]:
    """Accounts that were official once and are not any more."""
    return Account.objects.filter(
        status=Account.Status.RETIRED, verified_at__isnull=False
    ).select_related("unit")


def matching(accounts: Iterable[Account], asked: str) -> list[Account]:
    """Those whose name, unit or address has all the words, written with diacritics or without."""
    words = fold(asked).lower().split()
    return [
        one
        for one in accounts
        if all(word in fold(f"{one.name} {one.unit.name} {one.address}").lower() for word in words)
    ]


def judge(typed: str) -> Found:
    """Say what the account at an address is to us."""
    key = key_of(typed)
    if not key:
        return Found(Verdict.NO_ADDRESS)
    network, _, name = key.partition(":")
    account = (
        Account.objects.select_related("unit")
        .filter(Q(key=key) | Q(network=network, external_id=name))
        .first()
    )
    if account is not None:
        return Found(_VERDICTS[Account.Status(account.status)], account)
    by_key = {one.key: one for one in official()}
    alike = looks_like(key, by_key)
    return Found(Verdict.UNKNOWN, alike=by_key.get(alike))
