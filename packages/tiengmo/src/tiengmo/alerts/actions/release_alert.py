from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.html import format_html, linebreaks

from tiengmo.alerts.cap.writing import write
from tiengmo.alerts.listeners import OUT, SOURCE
from tiengmo.alerts.models import CapFile, Status
from tiengmo.releases.actions import make_release
from tiengmo.releases.drafts import RenditionDraft
from tiengmo.releases.models import Priority

if TYPE_CHECKING:
    from tiengmo.alerts.models import Alert, Info

CHANNELS = ["portal", "loudspeakers"]
LONGEST_HEADLINE, LONGEST_SHORT = 120, 160


def release_alert(alert: Alert) -> None:
    """Give an alert that is out its CAP file, and its release: page, deliveries, reach.

    Running it again changes nothing. A test has neither: it is nobody's news.
    """
    # Where another authority's standing certificate seconded, the one person who signed answers.
    answers = alert.seconder or (alert.composer if alert.standing_id else None)
    if alert.state not in OUT or alert.status == Status.TEST or answers is None:
        return
    if not CapFile.objects.filter(alert=alert).exists():
        xml = write(alert)
        CapFile.objects.get_or_create(alert=alert, defaults={"xml": xml})
    with transaction.atomic():
        make_release(
            source_type=SOURCE,
            source_id=alert.wire_id,
            source_version=str(alert.pk),
            title=alert.headline,
            unit=alert.station,
            audience=alert.areas,
            channels=CHANNELS,
            priority=Priority.EMERGENCY,
            release_at=None,
            window_end_at=alert.expires_at,
            author_name=alert.composer_name,
            cleared_by=answers,
            renditions=[_rendition(info) for info in alert.infos.select_related("sound__opus")],
        )


def _rendition(info: Info) -> RenditionDraft:
    body = linebreaks("\n".join(part for part in (info.description, info.instruction) if part))
    return RenditionDraft(
        language=info.language,
        headline=info.headline[:LONGEST_HEADLINE],
        short_text=info.headline[:LONGEST_SHORT],
        summary=info.description or info.headline,
        body_html=body or format_html("<p>{}</p>", info.headline),
        script=info.script,
        sound=info.sound if info.sound is not None and info.sound.is_ready else None,
    )
