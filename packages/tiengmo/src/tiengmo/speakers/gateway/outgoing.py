"""Rows that must reach boxes, read for publishing and marked once the broker has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F
from django.utils import timezone
from speaker_link import topics

from tiengmo.speakers.models import CommandState, OutgoingCommand, RetainedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 500


class Outgoing(NamedTuple):
    """One message to the broker. `version` for retained state; `command` for an order."""

    topic: str
    payload: str
    version: int | None = None
    command: str | None = None


def unpublished() -> list[Outgoing]:
    """What has not reached the broker in its newest version, oldest first."""
    state = [
        Outgoing(topic, payload, version=version)
        for topic, payload, version in RetainedMessage.objects.filter(
            published_version__lt=F("version")
        )
        .order_by("updated_at")
        .values_list("topic", "payload", "version")[:LIMIT]
    ]
    orders = [
        Outgoing(topics.commands(serial), payload, command=pk)
        for pk, serial, payload in OutgoingCommand.objects.filter(
            state=CommandState.WAITING, expires_at__gt=timezone.now()
        )
        .order_by("created_at")
        .values_list("pk", "box_id", "payload")[:LIMIT]
    ]
    return state + orders


def all_state(after: str) -> list[Outgoing]:
    """A page of all that must stand on the broker, by topic, starting behind `after`."""
    return [
        Outgoing(topic, payload, version=version)
        for topic, payload, version in RetainedMessage.objects.filter(
            topic__gt=after, version__gt=0
        )
        .order_by("topic")
        .values_list("topic", "payload", "version")[:LIMIT]
    ]


def mark_published(done: Iterable[Outgoing]) -> None:
    """Note what the broker has acknowledged; a newer version written meanwhile stays open."""
    now = timezone.now()
    for one in done:
        if one.command is not None:
            OutgoingCommand.objects.filter(pk=one.command, state=CommandState.WAITING).update(
                state=CommandState.SENT, sent_at=now
            )
        else:
            RetainedMessage.objects.filter(
                topic=one.topic, published_version__lt=one.version
            ).update(published_version=one.version, published_at=now)
