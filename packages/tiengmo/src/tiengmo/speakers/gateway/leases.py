"""Who holds which share of the communes: leases in the database, taken over when they run out."""

from __future__ import annotations

import math
import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tiengmo.speakers.brokers.rights import GATEWAY_USER
from tiengmo.speakers.models import GatewayShare, GatewayState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# A gateway that dies has its shares taken over within the lease, one round and one connection: 7 s.
LEASE = timedelta(seconds=5)
RENEW_SECONDS = 1.0
# Nobody has held a share of another division for so long: its session on the broker may go.
_ABANDONED = timedelta(minutes=2)


@dataclass(frozen=True)
class Holding:
    """What one gateway holds after a round, and what it must give back to share fairly."""

    mine: frozenset[int]
    surplus: frozenset[int]
    is_alone: bool


def own_name() -> str:
    """Name this gateway: the same after a restart, so that it finds its own shares again."""
    return str(
        os.environ.get("TIENGMO_GATEWAY_NAME") or f"{socket.gethostname()}:{settings.GATEWAY_PORT}"
    )[:80]


def share_name(number: int, of: int) -> str:
    """Return the share's name and client id; an undivided locality has the plain one."""
    return GATEWAY_USER if of == 1 else f"{GATEWAY_USER}-{number + 1}of{of}"


def database_now() -> datetime:
    """Return the database's clock: gateways on several hosts agree on no other."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def renew(owner: str, *, of: int, pulse: dict[str, Any] | None = None) -> Holding:
    """Say that `owner` lives, keep its shares, and take free ones until everybody has as many.

    A share whose lease has run out is free; so is one whose lease ends absurdly late (the clock was
    set back). Two who reach for one share: the second one's update finds it changed.
    """
    with transaction.atomic():
        now = database_now()
        GatewayState.objects.update_or_create(
            name=owner, defaults={**(pulse or {}), "heartbeat_at": now}
        )
        rows = GatewayShare.objects.filter(of=of)
        rows.filter(owner=owner).update(until=now + LEASE)
        known = {row.number: row for row in rows}
        if missing := set(range(of)) - known.keys():
            GatewayShare.objects.bulk_create(
                [
                    GatewayShare(
                        name=share_name(number, of), number=number, of=of, until=now, taken_at=now
                    )
                    for number in sorted(missing)
                ],
                ignore_conflicts=True,
            )
            known = {row.number: row for row in rows.all()}
        alive = GatewayState.objects.filter(
            heartbeat_at__gt=now - LEASE, heartbeat_at__lt=now + LEASE
        ).count()
        fair = math.ceil(of / max(alive, 1))
        mine = {number for number, row in known.items() if row.owner == owner}
        free = Q(until__lte=now) | Q(until__gt=now + 2 * LEASE) | Q(owner="")
        for row in rows.filter(free).exclude(owner=owner):
            if len(mine) >= fair:
                break
            taken = GatewayShare.objects.filter(pk=row.pk, owner=row.owner, until=row.until).update(
                owner=owner, until=now + LEASE, taken_at=now
            )
            if taken:
                mine.add(row.number)
    return Holding(
        mine=frozenset(mine), surplus=frozenset(sorted(mine)[fair:]), is_alone=alive <= 1
    )


def give_back(owner: str, *, of: int, numbers: Iterable[int]) -> None:
    """Free these shares at once, for somebody else to take."""
    GatewayShare.objects.filter(of=of, owner=owner, number__in=list(numbers)).update(
        owner="", until=database_now()
    )


def abandoned(of: int) -> list[str]:
    """Return the sessions of other divisions that nobody holds any more."""
    return list(
        GatewayShare.objects.exclude(of=of)
        .filter(until__lt=database_now() - _ABANDONED)
        .values_list("name", flat=True)
    )


def forget(name: str) -> None:
    GatewayShare.objects.filter(name=name, until__lt=database_now() - _ABANDONED).delete()
