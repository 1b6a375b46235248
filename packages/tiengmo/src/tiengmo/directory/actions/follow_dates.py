from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tiengmo.directory.models import Office, Official

from .checks import follow


def follow_dates() -> int:
    """Bring search and pages to the terms and closings of today; give how many contacts moved."""
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    moved: list[Office | Official] = [
        *Official.objects.filter(Q(valid_from=today) | Q(valid_to=yesterday)).select_related(
            "unit"
        ),
        *Office.objects.filter(closed_on=today).select_related("unit"),
    ]
    with transaction.atomic():
        for subject in moved:
            follow(subject)
    return len(moved)
