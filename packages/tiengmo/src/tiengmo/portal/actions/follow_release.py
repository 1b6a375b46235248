"""A release that reaches the portal becomes a page; one that is taken back leaves a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force, villages_in
from tiengmo.portal.bulletins.freezing import source_of, written_down
from tiengmo.portal.finding.bulletins import drop_withdrawn, put_pages
from tiengmo.portal.models import Page, PageArea
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from tiengmo.releases.models import Delivery, Release

CHANNEL = "portal"


def on_deliveries_moved(*, deliveries: list[Delivery], **_rest: Any) -> None:
    """Follow what the portal channel says of a delivery, in the same transaction."""
    for delivery in deliveries:
        if delivery.channel != CHANNEL:
            continue
        if delivery.status == DeliveryStatus.DELIVERED:
            freeze_page(delivery.release)
        elif delivery.status == DeliveryStatus.WITHDRAWN:
            on_withdrawn(release=delivery.release)


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """Take the page down at once: it does not wait for a worker to ask every channel."""
    Page.objects.filter(release=release).update(
        is_current=False, gone_at=release.withdrawn_at, gone_reason=release.withdrawal_reason
    )
    drop_withdrawn(f"{release.source_type}:{release.source_id}")


def freeze_page(release: Release) -> Page:
    """Write the page of a release, and let the page of its earlier version move on to it."""
    page = Page.objects.filter(release=release).first()
    if page is not None:
        return page
    page, is_new = Page.objects.get_or_create(release=release, defaults=written_down(release))
    if is_new:
        PageArea.objects.bulk_create(
            [PageArea(page=page, code=code) for code in sorted(areas_of(release.audience))]
        )
        Page.objects.filter(source=source_of(release), is_current=True).exclude(pk=page.pk).update(
            is_current=False
        )
        put_pages([page])
    return page


def areas_of(audience: list[str]) -> set[str]:
    """Name the audience's own codes and those of every unit above and below them."""
    codes = set(audience)
    parents = dict(units_in_force().values_list("pk", "parent_id"))
    named = dict(Unit.objects.filter(pk__in=parents).values_list("pk", "code"))
    for unit_pk in set(villages_in(audience).values_list("unit_id", flat=True)):
        above: int | None = unit_pk
        while above is not None:
            codes.add(named.get(above, ""))
            above = parents.get(above)
    return codes - {""}
