from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.channels.web_push.models import Notice
from tiengmo.channels.web_push.posting import settle_soon

if TYPE_CHECKING:
    from uuid import UUID


def report_shown(notice_id: UUID) -> bool:
    """A device says that it showed this notice, whose id only it was told. Again changes nothing.

    It may be quicker than the push service's own answer to us, or come where there was none: so
    whatever we believed until now, it was shown.
    """
    delivery = (
        Notice.objects.filter(pk=notice_id)
        .exclude(state=Notice.State.SHOWN)
        .values_list("delivery", flat=True)
        .first()
    )
    if delivery is None:
        return False
    now = timezone.now()
    Notice.objects.filter(pk=notice_id).exclude(state=Notice.State.SHOWN).update(
        state=Notice.State.SHOWN, reason="", sent_at=now, ended_at=now
    )
    settle_soon({delivery})
    return True
