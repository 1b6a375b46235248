"""Which sounds the gateway holds back from boxes: those that were taken back."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .models import RetainedMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

_withholders: list[Callable[[str], bool]] = []


def let_withhold(decider: Callable[[str], bool]) -> None:
    """Register who knows, by an Opus file's SHA-256, that it was taken back."""
    if decider not in _withholders:
        _withholders.append(decider)


def is_withheld(sha256: str) -> bool:
    """Was this sound taken back, and does nothing that boxes are to play still name it?

    An alert may be worded as a withdrawn bulletin was: what stands signed on the broker wins.
    """
    return any(decider(sha256) for decider in _withholders) and not _is_named(sha256)


def _is_named(sha256: str) -> bool:
    now = timezone.now()
    stations = RetainedMessage.objects.filter(topic__contains="/stations/")
    return any(
        sha256 in _sounds_to_come(payload, now)
        for payload in stations.values_list("payload", flat=True)
    )


def _sounds_to_come(text: str, now: datetime) -> set[str]:
    """Name the sounds that a signed message still asks for."""
    if not text:
        return set()
    encoded = json.loads(text)["payload"]
    message = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return set() if _is_over(message.get("exp"), now) else set(_named_in(message["body"], now))


def _named_in(part: Any, now: datetime) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _named_in(one, now)
    elif isinstance(part, dict) and not _is_over(part.get("start_before"), now):
        if "sha256" in part:
            yield part["sha256"]
        for one in part.values():
            yield from _named_in(one, now)


def _is_over(instant: str | None, now: datetime) -> bool:
    parsed = parse_datetime(instant) if instant else None
    return parsed is not None and parsed <= now
