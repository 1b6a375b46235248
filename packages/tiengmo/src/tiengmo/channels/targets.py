"""Targets that channels share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.channels.registry import Target
from tiengmo.places.queries import villages_in

if TYPE_CHECKING:
    from tiengmo.releases.models import Release


def every_village(release: Release) -> list[Target]:
    """A target for each village of the audience: for what people carry there."""
    return [
        Target(target=village.code, name=village.name, village=village)
        for village in villages_in(release.audience).order_by("unit__name", "name")
    ]
