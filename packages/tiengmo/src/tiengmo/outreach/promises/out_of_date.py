"""Promises that are late or due soon, as upkeep reminds whoever owes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from tiengmo.upkeep.registry import MOST, Finding

from .queries import owed_and_due

if TYPE_CHECKING:
    from collections.abc import Iterator

PROMISES = "loi-hua"


def due_promises(units: set[int]) -> Iterator[Finding]:
    for row in owed_and_due(units)[:MOST]:
        text = _("Đến hạn ngày %(day)s.")
        if row.is_overdue:
            text = _("Quá hạn từ ngày %(day)s.")
        yield Finding(
            PROMISES,
            str(row.pk),
            row.owed_by_id,
            row.what,
            text % {"day": f"{row.due_on:%d/%m/%Y}"},
            reverse("outreach_promise", args=[row.pk]),
            str(row.office or ""),
            row.due_on,
        )
