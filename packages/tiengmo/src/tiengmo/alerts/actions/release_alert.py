from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.html import format_html, linebreaks

from tiengmo.alerts.cap.writing import write
from tiengmo.alerts.listeners import OUT, SOURCE
from tiengmo.alerts.models import CapFile, Status
from tiengmo.channels.messages.channel import MARKED as TEXTS
from tiengmo.channels.messages.queries import has_subscribers
from tiengmo.channels.screens.placing import screens_in
from tiengmo.channels.screens.playlists import CHANNEL as SCREENS
from tiengmo.channels.web_push.channel import CHANNEL as WEB_PUSH
from tiengmo.channels.web_push.channel import has_browsers
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
            channels=_channels(alert),
            priority=Priority.EMERGENCY,
            release_at=None,
            window_end_at=alert.expires_at,
            author_name=alert.composer_name,
            cleared_by=answers,
            renditions=[_rendition(info) for info in alert.infos.select_related("sound__opus")],
        )


def _channels(alert: Alert) -> list[str]:
    """Screens show it by themselves where there are any; their part is counted like the others'.

    Who gave their number is texted, whatever the hour.
    """
    channels = list(CHANNELS)
    if screens_in(alert.areas).exists():
        channels.append(SCREENS)
    if has_subscribers(alert.areas):
        channels.append(TEXTS)
    if has_browsers(alert.areas):
        channels.append(WEB_PUSH)
    return channels


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
