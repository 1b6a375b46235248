"""What the worker runs for this app."""

from __future__ import annotations

from typing import Any

from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.loudspeakers import reports
from tiengmo.outbox.registry import handles
from tiengmo.releases.models import Release


@handles("release.due")
def release_due(payload: dict[str, Any]) -> None:
    carry(Release.objects.get(pk=payload["release"]))


@handles("channel.deliver")
def channel_deliver(payload: dict[str, Any]) -> None:
    deliver(Release.objects.get(pk=payload["release"]), payload["channel"])


@handles("release.withdrawn")
def release_withdrawn(payload: dict[str, Any]) -> None:
    take_back(Release.objects.get(pk=payload["release"]))


@handles("channel.supersede")
def channel_supersede(payload: dict[str, Any]) -> None:
    take_back(Release.objects.get(pk=payload["release"]), only_open=True)


@handles("loudspeakers.catch_up")
def loudspeakers_catch_up(payload: dict[str, Any]) -> None:
    reports.catch_up(payload["release"])


@handles("loudspeakers.close")
def loudspeakers_close(payload: dict[str, Any]) -> None:
    reports.close(payload["release"])
