"""What public pages read: released renditions, and only those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Sum

from tiengmo.places.models import Village
from tiengmo.places.queries import top_units, units_below, units_in_force
from tiengmo.releases.models import Delivery, DeliveryStatus, Release, Rendition
from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from tiengmo.places.models import Unit

CHANNEL = "portal"
MAIN_LANGUAGE = "vi"


@dataclass(frozen=True)
class Item:
    """One release as lists show it, in the main language or else the first it has."""

    slug: str
    headline: str
    summary: str
    released_at: datetime | None
    unit_name: str
    priority: str
    picture: dict[str, object]
    mp3_sha256: str
    mp3_bytes: int | None
    sound_duration_ms: int | None


def _on_portal() -> Q:
    return Q(
        Exists(
            Delivery.objects.filter(
                release=OuterRef("pk"), channel=CHANNEL, status=DeliveryStatus.DELIVERED
            )
        ),
        status=Release.Status.RELEASED,
    )


def _newer_is_out() -> Exists:
    newer = Release.objects.filter(
        source_type=OuterRef("source_type"),
        source_id=OuterRef("source_id"),
        status=Release.Status.RELEASED,
        cleared_at__gt=OuterRef("cleared_at"),
    )
    return Exists(newer)


def published(unit: Unit | None = None) -> QuerySet[Release]:
    """Releases that the portal shows, newest first; only the newest version of each source.

    unit: only what is addressed to it, to anything in it, or to something that contains it.
    """
    releases = Release.objects.filter(_on_portal()).exclude(_newer_is_out())
    if unit is not None:
        releases = releases.filter(pk__in=_addressed_to(unit))
    return releases.select_related("unit").order_by("-released_at")


def _addressed_to(unit: Unit) -> list[object]:
    # The audience is a JSON list; neither database indexes into it alike, and a locality has
    # thousands of releases, not millions: one narrow query, decided here.
    wanted = {unit.code}
    above = unit.parent
    while above is not None:
        wanted.add(above.code)
        above = above.parent
    wanted |= {below.code for below in units_below(unit, include_self=False)}
    wanted |= set(Village.objects.filter(unit=unit).values_list("code", flat=True))
    recent = Release.objects.filter(_on_portal()).order_by("-released_at")
    return [
        pk for pk, audience in recent.values_list("pk", "audience")[:2000] if wanted & set(audience)
    ]


def items(releases: Sequence[Release]) -> list[Item]:
    """Join releases with the rendition that lists show, in one query."""
    by_release: dict[object, Rendition] = {}
    renditions = (
        Rendition.objects.filter(release__in=releases)
        .defer("body_html", "script")
        .order_by("language")
    )
    for rendition in renditions:
        if rendition.release_id not in by_release or rendition.language == MAIN_LANGUAGE:
            by_release[rendition.release_id] = rendition
    return [
        Item(
            slug=release.slug,
            headline=shown.headline,
            summary=shown.summary,
            released_at=release.released_at,
            unit_name=release.unit.name,
            priority=release.priority,
            picture=shown.picture,
            mp3_sha256=shown.mp3_sha256,
            mp3_bytes=shown.mp3_bytes,
            sound_duration_ms=shown.sound_duration_ms,
        )
        for release in releases
        if (shown := by_release.get(release.pk))
    ]


def locality() -> Unit | None:
    """Name the unit that this installation serves: the top one that has villages below it."""
    tops = top_units()
    return tops[0] if tops else None


def communes() -> list[Unit]:
    """Units that have villages of their own, with how many, and their households."""
    return list(
        units_in_force()
        .annotate(village_count=Count("villages"), households=Sum("villages__households"))
        .filter(village_count__gt=0)
        .order_by("name")
    )


def villages_with_boxes(unit: Unit) -> list[Village]:
    """Villages of a unit with the number of loudspeaker clusters in use in each."""
    in_use = Q(boxes__retired_at=None, boxes__serial__isnull=False)
    return list(Village.objects.filter(unit=unit).annotate(box_count=Count("boxes", filter=in_use)))


def box_count(unit: Unit | None = None) -> int:
    boxes = Box.objects.filter(retired_at=None)
    return (boxes.filter(village__unit=unit) if unit else boxes).count()
