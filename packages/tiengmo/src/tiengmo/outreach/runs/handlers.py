"""What the worker runs for runs."""

from typing import Any

from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.outbox.registry import every

from .models import Run
from .rules import KEEP_TRACK


@every("outreach.erase_tracks", seconds=3600)
def erase_tracks(_payload: dict[str, Any]) -> None:
    """Forget where vehicles went, 90 days after; which villages they passed stays."""
    old = Run.objects.filter(noted_at__lt=timezone.now() - KEEP_TRACK).exclude(track=[])
    erased = old.update(track=[])
    if erased:
        record("outreach.tracks_erased", by=SYSTEM, subject="outreach", detail={"runs": erased})
