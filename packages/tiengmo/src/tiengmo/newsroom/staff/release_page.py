"""What became of a release: every channel, every target, who was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tiengmo.channels import registry
from tiengmo.channels.trail import is_over
from tiengmo.newsroom import panels
from tiengmo.newsroom.queries import bulletin_of
from tiengmo.newsroom.texts import number
from tiengmo.places.queries import areas_label, households_in
from tiengmo.releases.models import DeliveryStatus, Release
from tiengmo.releases.rights import Sight

from .common import denied, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

# Shown first, because someone may have to act.
_ORDER = [
    DeliveryStatus.FAILED_PERMANENTLY,
    DeliveryStatus.FAILED_TEMPORARILY,
    DeliveryStatus.IN_DOUBT,
    DeliveryStatus.PENDING,
    DeliveryStatus.CREATED,
    DeliveryStatus.SENDING,
    DeliveryStatus.SENT,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.WITHDRAWN,
    DeliveryStatus.CANCELLED,
]


def releases(request: StaffRequest) -> HttpResponse:
    sight = Sight.of(request.user)
    found = [
        release
        for release in Release.objects.select_related("unit").order_by("-cleared_at")[:500]
        if sight.covers(release)
    ]
    return page(
        request,
        "newsroom/releases.html",
        title=_("Bản phát hành"),
        icon="view",
        releases=[
            {
                "release": release,
                "audience": areas_label(release.audience),
                "channels": _labels(release.channels),
            }
            for release in found[:60]
        ],
    )


def release_page(request: StaffRequest, pk: Any) -> HttpResponse:
    release = get_object_or_404(Release.objects.select_related("unit", "replaces"), pk=pk)
    if not Sight.of(request.user).covers(release):
        return denied(request)
    from django.urls import reverse

    return page(
        request,
        "newsroom/release.html",
        title=_("Kết quả phát hành"),
        icon="view",
        trail=[(_("Bản phát hành"), reverse("newsroom_releases"))],
        release=release,
        bulletin=bulletin_of(release),
        renditions=release.renditions.all(),
        audience=areas_label(release.audience),
        households=number(households_in(release.audience, known_at=release.cleared_at)),
        channels=[_channel(release, code) for code in _carried_by(release)],
        is_over=is_over(release),
        reach=panels.render_panels(panels.RELEASE, request, release=release),
    )


def _carried_by(release: Release) -> list[str]:
    """The channels it was cleared for, then those that took it up by themselves (a team's)."""
    took = release.deliveries.order_by("channel").values_list("channel", flat=True).distinct()
    return list(dict.fromkeys([*release.channels, *took]))


def _labels(codes: list[str]) -> list[str]:
    known = {channel.code: str(channel.label) for channel in registry.channels()}
    return [known.get(code, code) for code in codes]


def _channel(release: Release, code: str) -> dict[str, Any]:
    deliveries = list(
        release.deliveries.filter(channel=code)
        .select_related("village")
        .prefetch_related("attempts")
        .order_by("target_name", "target")
    )
    groups = []
    for status in _ORDER:
        here = [delivery for delivery in deliveries if delivery.status == status]
        if here:
            groups.append({"status": status, "label": status.label, "deliveries": here})
    done = sum(delivery.status == DeliveryStatus.DELIVERED for delivery in deliveries)
    summary = getattr(
        next((c for c in registry.channels() if c.code == code), None), "summary", None
    )
    return {
        "code": code,
        "label": _labels([code])[0],
        # A channel that counts more than what has arrived says so in a line of its own.
        "summary": summary(release) if summary is not None else "",
        "total": len(deliveries),
        "done": done,
        "groups": groups,
    }
