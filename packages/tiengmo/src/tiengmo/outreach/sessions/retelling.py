"""Which villages were told again, after the last session that told them what is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from tiengmo.outreach.sessions.models import Retelling, Session

if TYPE_CHECKING:
    from tiengmo.releases.models import Release


def told_again(release: Release) -> dict[int, Retelling]:
    """Village → the latest retelling that no session about the release came after."""
    latest = {one.village_id: one for one in Retelling.objects.filter(release=release)}
    if not latest:
        return {}
    sessions = Session.objects.filter(release=release, withdrawn_at=None).order_by()
    last = dict(sessions.values_list("village").annotate(at=Max("held_at")))
    return {
        village: one
        for village, one in latest.items()
        if village not in last or last[village] <= one.at
    }
