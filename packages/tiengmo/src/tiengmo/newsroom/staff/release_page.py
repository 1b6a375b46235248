"""What became of a release: every channel, every target, who was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tiengmo.channels import registry
from tiengmo.newsroom import panels
from tiengmo.newsroom.queries import bulletin_of
from tiengmo.newsroom.texts import number
from tiengmo.people.queries import line_of, roles_of
from tiengmo.places.queries import areas_label, households_in
from tiengmo.releases.models import DeliveryStatus, Release

from .common import denied, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.newsroom.staff.request import StaffRequest
    from tiengmo.people.models import User

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


def _may_read(user: User, release: Release) -> bool:
    """Staff of the release's unit, of what lies above it, or of the units it went to."""
    if not roles_of(user):
        return False
    held = set(user.assignments.values_list("unit_id", flat=True))
    if held & {unit.pk for unit in line_of(release.unit)}:
        return True
    codes = set(user.assignments.values_list("unit__code", flat=True))
    return bool(codes & set(release.audience))


def releases(request: StaffRequest) -> HttpResponse:
    found = [
        release
        for release in Release.objects.select_related("unit").order_by("-cleared_at")[:200]
        if _may_read(request.user, release)
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
    if not _may_read(request.user, release):
        return denied(request)
    from django.urls import reverse

    return page(
        request,
        "newsroom/release.html",
        title=release.title,
        icon="view",
        trail=[(_("Bản phát hành"), reverse("newsroom_releases"))],
        release=release,
        bulletin=bulletin_of(release),
        renditions=release.renditions.all(),
        audience=areas_label(release.audience),
        households=number(households_in(release.audience, known_at=release.cleared_at)),
        channels=[_channel(release, code) for code in release.channels],
        reach=panels.render_panels(panels.RELEASE, request, release=release),
    )


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
    return {
        "code": code,
        "label": _labels([code])[0],
        "total": len(deliveries),
        "done": done,
        "groups": groups,
    }
