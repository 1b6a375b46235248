"""Procedures nobody has checked for a year, and their links, as upkeep lists them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.upkeep.registry import MOST, PROCEDURES, Finding, Text

from .queries import offered_procedures

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKED_WITHIN = dt.timedelta(days=365)


def unchecked_procedures(units: set[int]) -> Iterator[Finding]:
    before = timezone.localdate() - CHECKED_WITHIN
    is_old = Q(current__checked_on=None) & Q(current__published_at__date__lt=before)
    rows = (
        offered_procedures()
        .filter(is_old | Q(current__checked_on__lt=before), unit__in=units)
        .select_related("current")
        .order_by(F("current__checked_on").asc(nulls_first=True), "pk")
    )
    for row in rows[:MOST]:
        version = row.current
        if version is None:  # offered_procedures leaves them out
            continue
        published = timezone.localdate(version.published_at) if version.published_at else None
        yield Finding(
            PROCEDURES,
            str(row.pk),
            row.unit_id,
            str(row),
            _("Một năm nay chưa ai kiểm tra thủ tục này còn đúng không."),
            reverse("procedures_procedure", args=[row.pk]),
            version.checked_by_name or version.published_by_name,
            version.checked_on or published,
        )


def linking_procedures() -> Iterator[Text]:
    """The procedures that are offered with an address to apply at."""
    rows = offered_procedures().exclude(current__online_url="").select_related("current")
    for row in rows.order_by("pk").iterator(500):
        version = row.current
        if version is None:
            continue
        yield Text(
            str(row.pk),
            row.unit_id,
            str(row),
            reverse("procedures_procedure", args=[row.pk]),
            version.published_by_name,
            addresses=(version.online_url,),
        )
