"""What two people issued at a box without the server: stored once, and judged here as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from speaker_link import certificates, envelope, topics
from speaker_link.errors import RefusalReason, Refused
from speaker_link.messages import Alert, Takeover
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.places.queries import area_path
from tiengmo.speakers import events, keys
from tiengmo.speakers.models import Box, IssuerKey, LocalIssue, StationKey
from tiengmo.speakers.revocations import revoked_elsewhere

if TYPE_CHECKING:
    from datetime import datetime

    from speaker_link.envelope import BoxMessage
    from speaker_link.keys import PublicKey

    from .ingest import Arrival


def record_local_issue(message: BoxMessage[Any], *, box: Box, arrival: Arrival) -> None:
    """Store it, say in the audit log who signed, and announce it.

    A box that obeyed what it should not have is no reason to lose the report: then `doubt` says
    why this server would not have obeyed.
    """
    if LocalIssue.objects.filter(pk=message.id).exists():
        return
    report = message.body
    row = LocalIssue(
        id=message.id,
        box=box,
        way=report.way,
        issued_at=report.issued_at,
        until_at=report.issued_at,
        is_time_trusted=report.time_is_trusted,
        link_down_seconds=report.link_down_seconds,
        received_at=arrival.received_at,
        text=report.text,
        envelope=arrival.payload.decode(),
    )
    try:
        _read(row, report.text)
        at = row.issued_at if row.is_time_trusted else _claimed_start(report.text)
        _judge(report.text, box, at)
    except Refused as refusal:
        row.doubt = str(refusal.reason)
    row.save(force_insert=True)
    Box.objects.filter(pk=box.pk).update(changed_at=timezone.now())
    record(
        "speakers.issued_locally",
        by=SYSTEM,
        subject=row,
        detail={
            "box": box.serial,
            "title": row.title,
            "signers": row.signers,
            "issued_at": row.issued_at.isoformat(),
            "way": row.way,
            "doubt": row.doubt,
        },
    )
    events.issued_locally.send(sender=LocalIssue, issue=row)


def _read(row: LocalIssue, text: str) -> None:
    """What the message says of itself. Raises Refused."""
    claimed = envelope.peek(text)
    body = claimed.body
    if not isinstance(body, Alert | Takeover):
        row.kind = str(claimed.typ)
        raise Refused(RefusalReason.WRONG_KIND, f"{claimed.typ} is issued at no box", claimed.id)
    row.message_id, row.kind = claimed.id, str(claimed.typ)
    row.msg_type = body.msg_type if isinstance(body, Alert) else ""
    row.name = body.alert if isinstance(body, Alert) else body.takeover
    row.version, row.station_code, row.title = body.version, body.station, body.title
    row.areas, row.until_at = list(claimed.areas or []), body.until
    row.signers = _signers(text, keys.root_public())


def _signers(text: str, root: PublicKey) -> list[str]:
    _payload, signatures = envelope.open_signed(text)
    found = []
    for one in signatures:
        certificate = one.header.get("x-tm-cert")
        if isinstance(certificate, str):
            found.append(certificates.read(certificate, roots=[root]).holder)
    return found


def _claimed_start(text: str) -> datetime:
    start: datetime = envelope.peek(text).body.start
    return start


def _judge(text: str, box: Box, at: datetime) -> None:
    """As the box judged it then, with what was revoked by then. Raises Refused."""
    body = envelope.peek(text).body
    path = tuple(area_path(box.village))
    revoked = frozenset(
        kid
        for model in (StationKey, IssuerKey)
        for kid in model.objects.filter(revoked_at__lte=at).values_list("kid", flat=True)
    ) | {
        entry.kid
        for entry in revoked_elsewhere()
        if entry.kid is not None and entry.revoked_at <= at
    }
    is_alert = isinstance(body, Alert)
    topic = (topics.alert if is_alert else topics.takeover)(
        body.station, body.alert if is_alert else body.takeover
    )
    verify(
        text,
        trust=Trust(roots=Trust.in_root(keys.root_public()).roots, revoked=revoked),
        scope=Scope(serial=box.serial, areas=path, stations=path),
        now=at,
        replay=MemoryReplayCache(),
        topic=topic,
    )
