"""Telling one day's visitors apart without keeping their addresses."""

from __future__ import annotations

import hashlib
import secrets
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.people.address import client_address
from tiengmo.portal.visitors.models import DailySalt

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest

# One line at home has a whole /64 of these, and a script would use a new one for every post.
V6_LINE = 64
_today: tuple[date | None, bytes] = (None, b"")


def who(request: HttpRequest, *parts: str) -> str:
    """Name whoever asks, for today only: a hash of their address (and `parts`), 24 characters."""
    key = todays_salt(timezone.localdate())
    words = "\0".join((_line(client_address(request)), *parts))
    return hashlib.blake2b(words.encode(), key=key, digest_size=12).hexdigest()


def _line(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004
        return address
    return str(ip_network((parsed, V6_LINE), strict=False).network_address)


def todays_salt(day: date) -> bytes:
    """Give the day's salt, the same in every process; the days before it lose theirs."""
    global _today  # noqa: PLW0603 (one value a process, replaced whole)
    kept_for, value = _today
    if kept_for == day:
        return value
    row, is_new = DailySalt.objects.get_or_create(
        day=day, defaults={"value": secrets.token_hex(32)}
    )
    if is_new:
        destroy_salts_before(day)
    value = bytes.fromhex(row.value)
    _today = (day, value)
    return value


def destroy_salts_before(day: date) -> None:
    """Delete the salts of days that are over."""
    DailySalt.objects.filter(day__lt=day).delete()


def forget_todays_salt() -> None:
    """For tests: read it from the database again."""
    global _today  # noqa: PLW0603 (one value a process, replaced whole)
    _today = (None, b"")
