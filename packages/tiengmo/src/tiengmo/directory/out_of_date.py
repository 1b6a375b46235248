"""Contacts nobody has looked at for six months, as upkeep lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from tiengmo.places.models import Unit
from tiengmo.upkeep.registry import CONTACTS, Finding

from .models import Office
from .queries import out_of_date

if TYPE_CHECKING:
    from collections.abc import Iterator


def stale_contacts(units: set[int]) -> Iterator[Finding]:
    for one in out_of_date(Unit.objects.filter(pk__in=units)):
        name = "directory_office" if isinstance(one, Office) else "directory_official"
        yield Finding(
            CONTACTS,
            f"{'office' if isinstance(one, Office) else 'official'}:{one.pk}",
            one.unit_id,
            str(one),
            _("Sáu tháng nay chưa ai xem lại liên hệ này.")
            if one.checked_on
            else _("Chưa ai xem lại liên hệ này lần nào."),
            reverse(name, args=[one.unit.code, one.pk]),
            since=one.checked_on,
        )
