"""Which villages were told again, after the last time they were told what is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from tiengmo.outreach.runs.models import Pass
from tiengmo.outreach.sessions.models import Retelling, Session

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.releases.models import Release


def played_in(release: Release) -> QuerySet[Pass]:
    """Villages that a loudspeaker vehicle passed while it played this, also after it was over."""
    return Pass.objects.filter(run__releases=release, run__withdrawn_at=None, counts=True)


def told_again(release: Release) -> dict[int, Retelling]:
    """Village → the latest retelling that no session or drive about the release came after."""
    latest = {one.village_id: one for one in Retelling.objects.filter(release=release)}
    if not latest:
        return {}
    sessions = Session.objects.filter(release=release, withdrawn_at=None).order_by()
    last = dict(sessions.values_list("village").annotate(at=Max("held_at")))
    played = played_in(release).order_by().values_list("village")
    for village, at in played.annotate(at=Max("run__started_at")):
        last[village] = max(at, last.get(village, at))
    return {
        village: one
        for village, one in latest.items()
        if village not in last or last[village] <= one.at
    }
