"""What one screen shows, as its player takes it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tiengmo.channels.screens import rules
from tiengmo.channels.screens.models import Beat, Card, Screen, Slide
from tiengmo.channels.screens.placing import listens_to, screens_in
from tiengmo.releases.models import Delivery, DeliveryStatus, Release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

CHANNEL = "screens"
PICTURES, VIDEOS = "/man-hinh/anh/", "/man-hinh/phim/"
MOST_BULLETINS = 40
NOT_FOR_SHOWING = (DeliveryStatus.WITHDRAWN, DeliveryStatus.CANCELLED)


def releases_on(screen: Screen, at: datetime | None = None) -> QuerySet[Release]:
    """Releases in force that were delivered to this screen, newest first."""
    deliveries = Delivery.objects.filter(channel=CHANNEL, target=str(screen.pk)).exclude(
        status__in=NOT_FOR_SHOWING
    )
    return (
        Release.objects.filter(
            pk__in=deliveries.values("release"),
            status=Release.Status.RELEASED,
            window_end_at__gt=at or timezone.now(),
        )
        # Meant for the place that the screen was moved away from.
        .exclude(pk__in=screen.left)
        # A correction that waits for its hour, or was stopped before it, replaces nothing.
        .exclude(replaced_by__released_at__isnull=False)
        .select_related("unit")
        .order_by("-released_at")
    )


def slides_on(screen: Screen, at: datetime | None = None) -> list[Slide]:
    """Slides that were put up for this screen's place and are not over."""
    rows = Slide.objects.filter(
        ended_at=None, until_on__gte=timezone.localdate(at), unit__in=_line(screen)
    )
    return [row for row in rows.select_related("unit") if is_meant(screen, row.areas)]


def _line(screen: Screen) -> list[int]:
    found, unit = [], screen.unit
    while unit is not None:
        found.append(unit.pk)
        unit = unit.parent  # type: ignore[assignment]
    return found


def is_meant(screen: Screen, areas: Iterable[str]) -> bool:
    """Is what was written for these areas for this screen, where it hangs now?"""
    return screens_in(areas).filter(pk=screen.pk).exists()


def playlist_of(screen: Screen, at: datetime | None = None) -> dict[str, Any]:
    """Everything the player needs until it hears from us again; at: as if it asked then.

    Instants are milliseconds since 1970, hours are local to `zone`.
    """
    now = at or timezone.now()
    # Before what it counts: a change in between is fetched once more, not missed.
    beats = Beat.objects.filter(unit=screen.unit_id).values_list("count", flat=True).first()
    releases = releases_on(screen, now)[:MOST_BULLETINS]
    items = [item for release in releases for item in _cards(release)]
    languages = _languages(screen)
    items = [item for item in items if item["language"] in languages]
    slides = slides_on(screen, now)
    items.extend(_slide(slide) for slide in slides if slide.kind == Slide.Kind.CARD)
    return {
        "screen": {
            "id": str(screen.pk),
            "name": screen.name,
            "place": str(screen.village or screen.unit),
            "unit": screen.unit.name,
        },
        "heart": f"u{screen.unit_id}",
        "beat": beats or 0,
        "now": _ms(now),
        "good_until": _ms(now + rules.SHOWS_ALONE_FOR),
        "zone": settings.TIME_ZONE,
        "opens": _clock(screen.opens_at),
        "closes": _clock(screen.closes_at),
        "listens": listens_to(screen),
        "items": items,
        "ticker": [_slide(slide) for slide in slides if slide.kind == Slide.Kind.TICKER],
    }


def _languages(screen: Screen) -> set[str]:
    return {"vi", *(screen.village.languages if screen.village is not None else [])}


def _cards(release: Release) -> list[dict[str, Any]]:
    return [
        {
            "id": f"r:{release.pk}:{card.language}",
            "release": str(release.pk),
            "language": card.language,
            "headline": card.headline,
            "text": card.text,
            "picture": _picture(card),
            "video": None,
            "qr": card.qr,
            "unit": release.unit.name,
            "from": _ms(release.released_at or release.release_at),
            "until": _ms(release.window_end_at),
            "weekdays": [],
            "hours": None,
            "seconds": rules.BULLETIN_SECONDS,
        }
        for card in Card.objects.filter(release=release).order_by("pk")
    ]


def _picture(shown: Card | Slide) -> dict[str, Any] | None:
    if not shown.picture_sha256:
        return None
    return {
        "url": f"{PICTURES}{shown.picture_sha256}.webp",
        "alt": shown.picture_alt,
        "credit": getattr(shown, "picture_credit", ""),
        "focus": shown.picture_focus,
    }


def _slide(slide: Slide) -> dict[str, Any]:
    first = timezone.make_aware(datetime.combine(slide.from_on, time.min))
    last = timezone.make_aware(datetime.combine(slide.until_on + timedelta(days=1), time.min))
    return {
        "id": f"s:{slide.pk}",
        "release": None,
        "language": "vi",
        "headline": slide.title,
        "text": slide.text,
        "picture": _picture(slide),
        "video": {
            "url": f"{VIDEOS}{slide.video_sha256}{slide.video_suffix}",
            "bytes": slide.video_bytes,
        }
        if slide.video_sha256
        else None,
        "qr": "",
        "unit": slide.unit.name,
        "from": _ms(first),
        "until": _ms(last),
        "weekdays": slide.weekdays,
        "hours": [_clock(slide.hour_from), _clock(slide.hour_to)]
        if slide.hour_from and slide.hour_to
        else None,
        "seconds": slide.seconds,
    }


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def is_video_out(sha256: str) -> bool:
    """The same for a film."""
    return Slide.objects.filter(
        video_sha256=sha256, ended_at=None, until_on__gte=timezone.localdate()
    ).exists()


def is_picture_out(sha256: str) -> bool:
    """May anybody still be given this picture?"""
    live = Card.objects.filter(
        picture_sha256=sha256,
        release__status=Release.Status.RELEASED,
        release__window_end_at__gt=timezone.now(),
    )
    slides = Slide.objects.filter(
        Q(picture_sha256=sha256), ended_at=None, until_on__gte=timezone.localdate()
    )
    return live.exists() or slides.exists()
