from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.directory.models import Official

from .checks import follow


def erase_ended() -> int:
    """Erase telephone and e-mail of those whose term has ended; give how many there were."""
    today = timezone.localdate()
    with transaction.atomic():
        ended = list(
            Official.objects.select_for_update(of=("self",))
            .select_related("unit")
            .filter(valid_to__lt=today)
            .exclude(Q(phone="") & Q(email=""))[:500]
        )
        for official in ended:
            official.phone = official.email = ""
            official.save(update_fields=["phone", "email"])
            follow(official)
        if ended:
            record(
                "directory.contacts_erased",
                by=SYSTEM,
                subject="directory",
                detail={"officials": [official.pk for official in ended]},
            )
    return len(ended)
