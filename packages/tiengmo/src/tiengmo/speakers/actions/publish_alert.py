from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link import envelope, topics
from speaker_link.kinds import Priority
from speaker_link.messages import Alert, Edition

from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.judging import judge_as_box
from tiengmo.speakers.retention import retain_signed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from speaker_link.envelope import Signer

    from tiengmo.places.models import Unit
    from tiengmo.speakers.models import RetainedMessage

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
    claimed: Alert = envelope.peek(text).body
    topic = topics.alert(claimed.station, claimed.alert)
    body: Alert = judge_as_box(text, topic=topic).body
    row = retain_signed(topic, text, version=body.version)
    if row is None:
        raise SpeakerError(
            _("Một bản mới hơn của cảnh báo này đã được phát. Hãy soạn lại từ bản đó.")
        )
    return row
