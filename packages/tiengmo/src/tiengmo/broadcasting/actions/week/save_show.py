from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.broadcasting.models import Show


def save_show(show: Show, *, by: Actor) -> Show:
    """Make a show or change it: its name, host, length or jingles. Raises NotAllowed."""
    require_operator(by, show.station)
    with transaction.atomic():
        is_new = show._state.adding  # noqa: SLF001 (Django's documented way to ask)
        show.save()
        act = "show_made" if is_new else "show_changed"
        follow_up(act, by=by, station=show.station, subject=show)
    return show
