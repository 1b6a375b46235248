"""Licences that end soon or have ended, as upkeep lists them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.upkeep.registry import MOST, Finding

from .models import OfficeSoftware
from .queries import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

LICENCES = "ban-quyen"
# Buying takes an office about this long.
AHEAD = timedelta(days=45)


def ending_licences(units: set[int]) -> Iterator[Finding]:
    today = timezone.localdate()
    rows = OfficeSoftware.objects.filter(office__unit__in=units, office__closed_on=None)
    found = [
        one
        for one in standing(rows.select_related("office__unit"))
        if one.licensed_until is not None and one.licensed_until <= today + AHEAD
    ]
    for one in sorted(found, key=lambda one: one.licensed_until or today)[:MOST]:
        has_ended = one.licensed_until is not None and one.licensed_until < today
        text = (
            _("Bản quyền đã hết ngày %(day)s.") if has_ended else _("Bản quyền hết ngày %(day)s.")
        )
        yield Finding(
            LICENCES,
            f"software:{one.pk}",
            one.office.unit_id,
            str(one),
            text % {"day": f"{one.licensed_until:%d/%m/%Y}"},
            f"{reverse('connectivity_enter', args=['phan-mem'])}?muc={one.pk}",
            owner=one.author_name,
            since=one.licensed_until,
        )
