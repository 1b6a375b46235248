from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link import envelope, topics
from speaker_link.errors import Refused
from speaker_link.kinds import Priority
from speaker_link.messages import Alert, Edition
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.places.queries import area_path, villages_in
from tiengmo.speakers import keys
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.gateway.database import wake_gateway
from tiengmo.speakers.models import IssuerKey, RetainedMessage, StationKey
from tiengmo.speakers.revocations import revoked_elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from speaker_link.envelope import Signer

    from tiengmo.places.models import Unit

# From the second signature to the first sample: time for every box to have judged the message, so
# that all of them start together. Measured by bench/alert_latency.py.
LEAD = timedelta(milliseconds=700)


@dataclass(frozen=True)
class AlertWords:
    """What the boxes are told of an alert. `editions` as in a schedule's items."""

    station: Unit
    alert: str
    version: int
    status: str
    msg_type: str
    title: str
    areas: Sequence[str]
    editions: Sequence[dict[str, Any]]
    repeat_ms: int
    until: datetime
    references: Sequence[str] = ()


def sign_alert(words: AlertWords, *, by: Signer, now: datetime) -> str:
    """Fix the very bytes that boxes will judge, with the first person's signature on them.

    `start` says now: the true instant is the second signature's, and stands in its own header.
    """
    body = Alert(
        version=words.version,
        alert=words.alert,
        station=words.station.code,
        status=cast("Literal['Actual', 'Exercise', 'Test']", words.status),
        msg_type=cast("Literal['Alert', 'Update', 'Cancel']", words.msg_type),
        title=" ".join(words.title.split())[:300],
        start=now,
        until=words.until,
        editions=[
            Edition(
                language=edition["language"],
                sha256=edition["sha256"],
                bytes=edition["bytes"],
                duration_ms=edition["duration_ms"],
            )
            for edition in words.editions
        ],
        repeat_ms=words.repeat_ms,
        references=list(words.references),
    )
    message = envelope.compose(
        body,
        now=now,
        areas=list(words.areas),
        priority=Priority.EMERGENCY,
        lives=words.until - now,
        test=words.status == "Test",
    )
    return envelope.sign(message, by=[by])


def publish_alert(text: str, *, second: Signer | None) -> RetainedMessage:
    """Add the second person's signature and have the alert stand on the broker at once.

    It is judged here first as a box of the area will judge it. `second` is None only for a test,
    which boxes in test mode alone obey.

    Raises:
        SpeakerError: boxes would refuse it, or a newer one of this alert is out already.
    """
    if second is not None:
        text = envelope.countersign(text, by=second, start=timezone.now() + LEAD)
    message = _judge(text)
    body: Alert = message.body
    with transaction.atomic():
        topic = topics.alert(body.station, body.alert)
        RetainedMessage.objects.get_or_create(
            topic=topic, defaults={"payload": "", "version": 0, "published_version": 0}
        )
        row = RetainedMessage.objects.select_for_update().get(topic=topic)
        if row.version >= body.version:
            raise SpeakerError(
                _("Một bản mới hơn của cảnh báo này đã được phát. Hãy soạn lại từ bản đó.")
            )
        row.version = body.version
        row.payload = text
        row.updated_at = timezone.now()
        row.save(update_fields=["version", "payload", "updated_at"])
        wake_gateway()
    return row


def _judge(text: str) -> envelope.Message[Any]:
    claimed = envelope.peek(text)
    village = villages_in(claimed.areas or []).select_related("unit").first()
    if village is None:
        raise SpeakerError(_("Địa bàn của cảnh báo không có thôn nào."))
    path = tuple(area_path(village))
    revoked = frozenset(
        kid
        for model in (StationKey, IssuerKey)
        for kid in model.objects.exclude(revoked_at=None).values_list("kid", flat=True)
    ) | {entry.kid for entry in revoked_elsewhere() if entry.kid is not None}
    root = keys.root_public()
    try:
        return verify(
            text,
            trust=Trust(roots=Trust.in_root(root).roots, revoked=revoked),
            scope=Scope(serial="may-chu", areas=path, stations=path[1:], is_test_mode=claimed.test),
            now=timezone.now(),
            replay=MemoryReplayCache(),
            topic=topics.alert(claimed.body.station, claimed.body.alert),
        )
    except Refused as refusal:
        from tiengmo.speakers.labels import REFUSAL_REASONS

        raise SpeakerError(
            _("Loa sẽ không nhận cảnh báo này: %(reason)s.")
            % {"reason": REFUSAL_REASONS.get(str(refusal.reason), str(refusal.reason))}
        ) from refusal
