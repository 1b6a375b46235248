"""Which copies a release makes stale: its page, the lists it stands on, their feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.alerts import events as alert_events
from tiengmo.places.models import Unit
from tiengmo.portal.caching import purge
from tiengmo.portal.models import Page, PageArea
from tiengmo.releases import events
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from tiengmo.releases.models import Delivery, Release

PORTAL = "portal"
ALERTS = ("/", "/canh-bao/", "/canh-bao/dang-phat/", "/canh-bao/cap.atom", "/canh-bao/cap.rss")


def connect() -> None:
    """Listen; after the receivers that write the pages, which `AppConfig.ready` connected."""
    events.deliveries_moved.connect(on_deliveries_moved, dispatch_uid="portal.purge.delivered")
    events.withdrawn.connect(on_withdrawn, dispatch_uid="portal.purge.withdrawn")
    alert_events.issued.connect(on_alert, dispatch_uid="portal.purge.alert")
    alert_events.ended.connect(on_alert, dispatch_uid="portal.purge.alert_ended")


def on_deliveries_moved(*, deliveries: list[Delivery], **_rest: Any) -> None:
    moved_on = (DeliveryStatus.DELIVERED, DeliveryStatus.WITHDRAWN)
    for delivery in deliveries:
        if delivery.channel == PORTAL and delivery.status in moved_on:
            purge(*paths_of(delivery.release))


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    purge(*paths_of(release))


def on_alert(**_rest: Any) -> None:
    purge(*ALERTS)


def paths_of(release: Release) -> list[str]:
    """Addresses that show this release, or an earlier version of it."""
    page = Page.objects.filter(release=release).first()
    if page is None:
        return []
    versions = Page.objects.filter(source=page.source).order_by("-released_at")
    found = ["/", "/tin/", "/rss.xml", "/sitemap.xml"]
    for slug, articles, category, picture in versions.values_list(
        "slug", "articles", "category", "picture_name"
    ):
        found.append(f"/tin/{slug}/")
        found += [f"/tin/{slug}/{language}/" for language in articles]
        found += [f"/chuyen-muc/{category}/"] if category else []
        found += [f"/anh/{picture}"] if picture else []
    units = Unit.objects.filter(
        code__in=PageArea.objects.filter(page__in=versions).values("code")
    ).values_list("code", flat=True)
    for code in dict.fromkeys(units):
        found += [f"/xa/{code}/", f"/xa/{code}/rss.xml"]
    if not page.is_current:
        found += _sounds(release)
    return found


def _sounds(release: Release) -> list[str]:
    """A sound that was taken back with its page."""
    rows = release.renditions.values_list("mp3_sha256", "opus_sha256")
    return [
        f"/am-thanh/{sha256}.{suffix}"
        for row in rows
        for sha256, suffix in zip(row, ("mp3", "opus"), strict=True)
        if sha256
    ]
