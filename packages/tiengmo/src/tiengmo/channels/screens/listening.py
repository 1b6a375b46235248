"""What lower apps announce, and what it means for screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.channels.screens.beats import beat
from tiengmo.channels.screens.models import Screen, Slide
from tiengmo.channels.screens.playlists import CHANNEL
from tiengmo.releases.models import Delivery

if TYPE_CHECKING:
    from tiengmo.places.models import Unit, Village
    from tiengmo.releases.models import Release


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """In the withdrawal's own transaction: screens drop it before any worker has run."""
    targets = Delivery.objects.filter(release=release, channel=CHANNEL).values_list(
        "target", flat=True
    )
    units = Screen.objects.filter(pk__in=list(targets)).order_by()
    beat(units.values_list("unit_id", flat=True))


def on_unit_succeeded(*, predecessor: Unit, successor: Unit, **_rest: Any) -> None:
    """Screens and slides of a unit that was merged go on with the one that took it over."""
    moved = Screen.objects.filter(unit=predecessor)
    Slide.objects.filter(unit=predecessor, ended_at=None).update(unit=successor)
    moved.update(unit=successor)
    beat([successor.pk])


def on_villages_moved(*, villages: list[Village], **_rest: Any) -> None:
    """A village house's screen belongs where its village does."""
    for screen in Screen.objects.filter(village__in=villages).select_related("village__unit"):
        if screen.village is not None and screen.unit_id != screen.village.unit_id:
            beat([screen.unit_id, screen.village.unit_id])
            screen.unit_id = screen.village.unit_id
            screen.save(update_fields=["unit"])
