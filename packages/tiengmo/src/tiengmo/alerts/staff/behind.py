"""Which standing certificate, if any, stands behind a message or a draft made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import MsgType, Status
from tiengmo.alerts.queries import standings_of
from tiengmo.alerts.standing.judging import Counts, judge

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.alerts.models import Alert, Proposal, Standing


def standing_behind(alert: Alert) -> tuple[Standing | None, datetime | None, str]:
    """The one that would second this draft now and until when, or why none does ("": no paper)."""
    if alert.proposal is None or (alert.status, alert.msg_type) != (Status.ACTUAL, MsgType.ALERT):
        return None, None, ""
    reasons = []
    for standing in standings_of(alert.proposal):
        try:
            counts = judge(standing, alert.proposal)
            counts.check(hazard=alert.hazard, areas=alert.areas)
        except AlertError as error:
            reasons.append(str(error))
        else:
            return standing, counts.until, ""
    return None, None, " ".join(dict.fromkeys(reasons))


def counting(proposal: Proposal) -> tuple[Standing | None, Counts | None, str]:
    """The standing certificate under which a message counts as it came, or why none does."""
    reasons = []
    for standing in standings_of(proposal):
        try:
            return standing, judge(standing, proposal), ""
        except AlertError as error:
            reasons.append(str(error))
    return None, None, " ".join(dict.fromkeys(reasons))
