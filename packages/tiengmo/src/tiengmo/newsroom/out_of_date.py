"""Notices whose last day has passed without a word since, and the texts whose links are looked at.

The portal itself marks what is over; that nobody wrote down how it ended is for a person to mend.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.releases.models import Release, Rendition
from tiengmo.upkeep.registry import CLOSED, MOST, Finding, Text

from .review import SOURCE_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

# What closed longer ago is history.
LOOKS_BACK = dt.timedelta(days=365)


def _standing() -> QuerySet[Release]:
    """What the public reads now: released, and no newer version of it is."""
    released = Release.Status.RELEASED
    return Release.objects.filter(status=released).exclude(replaced_by__status=released)


def _mended_at(release_id: object, source_type: str, source_id: str) -> str:
    if source_type == SOURCE_TYPE:
        return reverse("newsroom_review", args=[int(source_id)])
    return reverse("newsroom_release", args=[release_id])


def closed_notices(units: set[int]) -> Iterator[Finding]:
    today = timezone.localdate()
    rows = (
        _standing()
        .filter(
            source_type=SOURCE_TYPE,
            unit__in=units,
            closes_on__lt=today,
            closes_on__gte=today - LOOKS_BACK,
            # Whoever corrected it after its last day wrote how it ended.
            released_at__date__lte=F("closes_on"),
        )
        .order_by("closes_on", "pk")
    )
    for row in rows[:MOST]:
        yield Finding(
            CLOSED,
            str(row.pk),
            row.unit_id,
            row.title,
            _("%(category)s đã hết hạn mà chưa ghi kết quả: hãy đính chính hoặc gỡ.")
            % {"category": row.category_name or _("Thông báo")},
            _mended_at(row.pk, row.source_type, row.source_id),
            row.author_name,
            row.closes_on,
        )


def linking_bulletins() -> Iterator[Text]:
    """The released articles that point somewhere, in every language."""
    rows = (
        Rendition.objects.filter(release__in=_standing(), body_html__contains="href=")
        .order_by("pk")
        .values_list(
            "pk",
            "release_id",
            "release__source_type",
            "release__source_id",
            "release__unit_id",
            "headline",
            "release__author_name",
            "body_html",
        )
    )
    for pk, release, source_type, source_id, unit, headline, author, html in rows.iterator(500):
        url = _mended_at(release, source_type, source_id)
        yield Text(str(pk), unit, headline, url, author, html=html)
