"""The one small file that every screen asks for every few seconds."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static

from tiengmo.alerts.listeners import SOURCE
from tiengmo.alerts.models import MsgType, Status
from tiengmo.alerts.queries import current_alerts
from tiengmo.channels.screens import beats
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tiengmo.alerts.models import Alert

# What the player is made of; another version of any file is another player.
MODULES = {
    "store": "channels/store.js",
    "clock": "channels/clock.js",
    **{name: f"screens/{name}.js" for name in ("link", "playlist", "face", "player")},
}
FILES = (*MODULES.values(), "screens/face.css", "portal/mo.svg")


@lru_cache(maxsize=1)
def version() -> str:
    """Stands for the player's files: a screen that runs another version loads itself anew."""
    names = "\n".join(static(name) for name in FILES)
    return hashlib.blake2b(names.encode(), digest_size=6).hexdigest()


def now() -> dict[str, Any]:
    """What changed for whom, what nobody may show any more, and the warnings in force.

    Warnings go along whole: a screen that has seen this file needs nothing else to show them.
    """
    return {
        "version": version(),
        "beats": beats.counts(),
        "taken": beats.taken_back(),
        "alerts": _alerts(),
    }


def _alerts() -> list[dict[str, Any]]:
    alerts = current_alerts()
    rows = Release.objects.filter(
        source_type=SOURCE, source_version__in=[str(alert.pk) for alert in alerts]
    )
    releases = dict(rows.values_list("source_version", "pk")) if alerts else {}
    return [_alert(alert, releases.get(str(alert.pk))) for alert in alerts]


def _alert(alert: Alert, release: UUID | None) -> dict[str, Any]:
    kind = "clear" if alert.msg_type == MsgType.CANCEL else "warning"
    return {
        "id": alert.identifier,
        # What its showings are proof of, as soon as the release is made.
        "release": str(release or ""),
        "kind": kind,
        "is_exercise": alert.status == Status.EXERCISE,
        "by": str(alert.station),
        "area": alert.area_text,
        "areas": alert.areas,
        "from": _ms(alert.sent_at),
        "until": _ms(alert.expires_at),
        "texts": [
            {
                "language": info.language,
                "language_name": str(LANGUAGE_NAMES.get(info.language, info.language)),
                "headline": info.headline,
                "description": info.description,
                "instruction": info.instruction,
            }
            for info in alert.infos.all()
        ],
    }


def _ms(at: datetime | None) -> int:
    return round(at.timestamp() * 1000) if at is not None else 0
