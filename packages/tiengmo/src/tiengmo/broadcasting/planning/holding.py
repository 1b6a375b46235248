"""One plan at a time for villages that hear the same, and what no plan may touch any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from tiengmo.people.queries import line_of
from tiengmo.places.models import Unit

if TYPE_CHECKING:
    from tiengmo.places.models import Unit as Station

# What boxes are told of (speakers.rules.HORIZON), and the time between two hourly plans.
HORIZON = timedelta(hours=50)
# Nothing that plays is longer (channels.loudspeakers takes half an hour, episodes four hours).
LONGEST = timedelta(hours=4)


def hold_airtime(station: Station) -> None:
    """Let one plan at a time go on, in the caller's transaction.

    A district's item and its commune's sound in the same villages, so the queue is not the
    station's own row but that of the unit at the top.
    """
    Unit.objects.select_for_update().get(pk=line_of(station)[-1].pk)


def frozen_until(now: datetime) -> datetime:
    """Before this instant items stay as they are: boxes may be about to play them."""
    return now + timedelta(seconds=settings.PLAYOUT_LEAD_SECONDS)
