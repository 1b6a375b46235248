"""What happens when an alert goes out, inside the transaction of the last signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.alerts import events
from tiengmo.alerts.models import Alert, MsgType, Proposal, Status
from tiengmo.alerts.workflow import State
from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.speakers.actions import clear_alert, publish_alert

from .checks import locked
from .settle_proposal import settle

if TYPE_CHECKING:
    from speaker_link.envelope import Signer

    from tiengmo.people.models import User


def issue(row: Alert, *, by: User, second: Signer | None) -> None:
    """Have the alert stand on the broker; the rest (CAP, portal, releases) follows from the outbox.

    Raises SpeakerError: boxes would refuse it.
    """
    published = publish_alert(row.payload, second=second)
    now = timezone.now()
    row.payload = published.payload
    row.sent_at = now
    row.state = State.ISSUED
    row.save(update_fields=["payload", "sent_at", "state", "seconder", "seconder_name"])
    before = row.replaces
    if before is not None:
        _end(before, State.CANCELLED if row.msg_type == MsgType.CANCEL else State.UPDATED)
        if before.wire_id != row.wire_id:
            clear_alert(before.station.code, before.wire_id)
    if row.proposal_id is not None and row.status == Status.ACTUAL:
        settle(row.proposal_id, row.areas, state=Proposal.State.USED)
    record(
        "alerts.issued",
        by=by,
        subject=row,
        detail={
            "identifier": row.identifier,
            "status": row.status,
            "msg_type": row.msg_type,
            "composer": row.composer_name,
            "areas": row.areas,
            "headline": row.headline,
        },
    )
    announce("alerts.release", {"alert": str(row.pk)})
    announce("alerts.expire", {"alert": str(row.pk)}, due_at=row.expires_at)
    events.issued.send(Alert, alert=row)


def _end(before: Alert, state: State) -> None:
    row = locked(before, to=state)
    row.state = state
    row.ended_at = timezone.now()
    row.save(update_fields=["state", "ended_at"])
    events.ended.send(Alert, alert=row, state=state)
