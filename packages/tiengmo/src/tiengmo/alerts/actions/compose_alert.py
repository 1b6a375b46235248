from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts import rules
from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Alert, Status
from tiengmo.alerts.workflow import State
from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.speakers.actions import AlertWords, sign_alert

from .checks import locked, require_issuer, signer_of
from .issue import issue

if TYPE_CHECKING:
    from datetime import datetime

    from speaker_link.envelope import Signer

    from tiengmo.people.models import User


def compose_alert(alert: Alert, *, by: User, passphrase: str) -> Alert:
    """Sign what was drafted: from here on its bytes are fixed, and it waits for a second person.

    A test needs nobody else: it goes out at once, to boxes in test mode only.

    Raises AlertError (no sound yet, somebody else's draft), SpeakerError (passphrase), NotAllowed.
    """
    require_issuer(by, alert.station)
    if alert.composer_id != by.pk:
        raise AlertError(_("Người soạn ký bản mình soạn. Hãy soạn một cảnh báo của bạn."))
    # Outside the transaction: opening the key takes a sixth of a second, on purpose.
    signer = signer_of(by, alert.station, passphrase)
    with transaction.atomic():
        row = locked(alert, to=State.COMPOSED)
        sign_first(row, signer=signer, by=by)
        if row.status == Status.TEST:
            issue(row, by=by, second=None)
        elif row.composed_at is not None:
            announce("alerts.lapse", {"alert": str(row.pk)}, due_at=row.composed_at + rules.WAITS)
    return row


def sign_first(row: Alert, *, signer: Signer, by: User, latest_end: datetime | None = None) -> None:
    """Fix the bytes that boxes will judge, under the first signature; call it with the row locked.

    latest_end: an instant that the alert must not outlast.
    """
    now = timezone.now()
    row.composed_at = now
    row.expires_at = now + timedelta(minutes=row.lasts_minutes)
    if latest_end is not None:
        row.expires_at = min(row.expires_at, latest_end)
    row.version = int(now.timestamp() * 1000)
    row.payload = sign_alert(_words(row), by=signer, now=now)
    row.state = State.COMPOSED
    row.save(update_fields=["composed_at", "expires_at", "version", "payload", "state"])
    record(
        "alerts.composed",
        by=by,
        subject=row,
        detail={"identifier": row.identifier, "expires_at": row.expires_at.isoformat()},
    )


def _words(row: Alert) -> AlertWords:
    editions: list[dict[str, Any]] = []
    for info in row.infos.select_related("sound__opus"):
        sound = info.sound
        if sound is None:
            continue
        if not sound.is_ready or sound.opus is None or sound.duration_ms is None:
            raise AlertError(_("Giọng đọc chưa tạo xong. Hãy đợi vài giây rồi ký lại."))
        editions.append(
            {
                "language": info.language,
                "sha256": sound.opus.sha256,
                "bytes": sound.opus.bytes,
                "duration_ms": sound.duration_ms,
            }
        )
    if not editions or row.expires_at is None or row.version is None:
        raise AlertError(_("Cảnh báo chưa có âm thanh."))
    longest = max(edition["duration_ms"] for edition in editions)
    before = row.replaces
    return AlertWords(
        station=row.station,
        alert=row.wire_id,
        version=row.version,
        status=row.status,
        msg_type=row.msg_type,
        title=row.headline,
        areas=row.areas,
        editions=editions,
        repeat_ms=rules.repeat_ms(row.repeat_minutes, longest),
        until=row.expires_at,
        references=[before.wire_id] if before is not None and before.wire_id != row.wire_id else [],
    )
