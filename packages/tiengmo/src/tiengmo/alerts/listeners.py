"""What lower apps announce, and what alerts answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from speaker_link.messages import RevokedKey

from tiengmo.outbox.actions import announce
from tiengmo.speakers.models import AnnouncedItem
from tiengmo.voices.publicity import Standing

from .models import Alert, Info
from .models import Standing as StandingCertificate
from .standing import paper as papers
from .workflow import State

if TYPE_CHECKING:
    from tiengmo.releases.models import Release
    from tiengmo.speakers.models import PlayReport
    from tiengmo.voices.models import Sound

SOURCE = "alerts.alert"
WAITING = (State.DRAFT, State.COMPOSED)
OUT = (State.ISSUED, State.UPDATED, State.CANCELLED, State.EXPIRED)


def on_sound_ready(*, sound: Sound, **_rest: Any) -> None:
    """Have the boxes fetch an alert's sound while people still read it."""
    waiting = Info.objects.filter(sound=sound, alert__state__in=WAITING)
    for alert in waiting.values_list("alert_id", flat=True):
        announce("alerts.prefetch", {"alert": str(alert)}, key=f"alerts.prefetch:{alert}")


def on_play_reported(*, report: PlayReport, **_rest: Any) -> None:
    """Name what a box reports as `{alert}.{version}.{n}` for the pages that show its history."""
    wire_id, _dot, rest = report.item_id.partition(".")
    version = rest.partition(".")[0]
    if not version.isdigit():
        return
    alert = Alert.objects.filter(wire_id=wire_id, version=int(version)).first()
    if alert is not None:
        AnnouncedItem.objects.get_or_create(
            item_id=report.item_id,
            defaults={
                "station": alert.station,
                "title": alert.headline[:300],
                "start_at": report.scheduled_at or report.received_at,
            },
        )


def standing_of(sha256: str) -> Standing | None:
    """An alert's sound is public from the moment it was issued, and stays in its record."""
    issued = Info.objects.filter(
        Q(sound__mp3_id=sha256) | Q(sound__opus_id=sha256), alert__state__in=OUT
    ).exclude(alert__status="Test")
    return Standing.PUBLIC if issued.exists() else None


def reference_of(release: Release) -> str:
    """What play reports of this release's alert begin with."""
    alert = Alert.objects.get(pk=release.source_version)
    return f"{alert.wire_id}.{alert.version}"


def revoked_keys() -> list[RevokedKey]:
    """Keys of standing certificates that were taken back: boxes are told with all others."""
    return [
        RevokedKey(
            kid=papers.own_kid(row.paper, otherwise=row.kid),
            revoked_at=row.revoked_at,
            reason=row.revocation_reason,
        )
        for row in StandingCertificate.objects.exclude(revoked_at=None).order_by(
            "revoked_at", "kid"
        )
        if row.revoked_at is not None
    ]
