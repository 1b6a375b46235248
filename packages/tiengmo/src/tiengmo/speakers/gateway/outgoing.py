"""Rows that must reach boxes, read for publishing and marked once the broker has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F
from django.utils import timezone
from speaker_link import topics

from tiengmo.speakers.models import CommandState, OutgoingCommand, RetainedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .shares import Shares

LIMIT = 500


class Outgoing(NamedTuple):
    """One message to the broker. `version` for retained state; `command` for an order."""

    topic: str
    payload: str
    version: int | None = None
    command: str | None = None


def unpublished(shares: Shares, number: int) -> list[Outgoing]:
    """What of a share has not reached the broker in its newest version, oldest first."""
    due = list(
        RetainedMessage.objects.filter(published_version__lt=F("version"))
        .order_by("updated_at")
        .values_list("topic", flat=True)
    )
    shares.learn_from(due)
    state = payloads([topic for topic in due if shares.of_topic(topic) == number][:LIMIT])
    waiting = OutgoingCommand.objects.filter(
        state=CommandState.WAITING, expires_at__gt=timezone.now()
    ).order_by("created_at")
    asked = list(waiting.values_list("pk", "box_id", "payload"))
    shares.learn_boxes(serial for _pk, serial, _payload in asked)
    orders = [
        Outgoing(topics.commands(serial), payload, command=pk)
        for pk, serial, payload in asked
        if shares.of_box(serial) == number
    ]
    return state + orders[:LIMIT]


def standing(shares: Shares, number: int) -> list[str]:
    """The topics of a share on which something must stand."""
    every = RetainedMessage.objects.filter(version__gt=0).order_by("topic")
    return [
        topic for topic in every.values_list("topic", flat=True) if shares.of_topic(topic) == number
    ]


def payloads(names: Sequence[str]) -> list[Outgoing]:
    """What stands on these topics (at most `LIMIT` of them), in their order."""
    rows = {
        topic: Outgoing(topic, payload, version=version)
        for topic, payload, version in RetainedMessage.objects.filter(
            topic__in=names, version__gt=0
        ).values_list("topic", "payload", "version")
    }
    return [rows[name] for name in names if name in rows]


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
