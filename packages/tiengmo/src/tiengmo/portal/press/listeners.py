"""What the portal does when something for the press goes out or is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.channels.press.models import PressItem
from tiengmo.channels.press.queries import CHANNEL
from tiengmo.portal.caching import purge

if TYPE_CHECKING:
    from tiengmo.releases.models import Release


def on_changed(*, release: Release, **_rest: Any) -> None:
    """Our nginx fetches anew: what became public, what moved on to it, what is gone."""
    if CHANNEL not in release.channels and release.replaces_id is None:
        return
    source = f"{release.source_type}:{release.source_id}"
    slugs = list(PressItem.objects.filter(source=source).values_list("slug", flat=True))
    if slugs:
        pages = [f"/bao-chi/{slug}/{part}" for slug in slugs for part in ("", "anh/")]
        purge("/bao-chi/", "/bao-chi/rss.xml", *pages)


def connect() -> None:
    """Called once, from the portal's AppConfig."""
    from tiengmo.releases.events import released, withdrawn

    released.connect(on_changed, dispatch_uid="portal.press.released")
    withdrawn.connect(on_changed, dispatch_uid="portal.press.withdrawn")
