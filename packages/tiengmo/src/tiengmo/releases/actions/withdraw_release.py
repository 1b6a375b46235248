from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.releases import events
from tiengmo.releases.errors import ReleaseError
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from tiengmo.people.models import User


def withdraw_release(release: Release, *, by: User, reason: str) -> Release:
    """Take a release back from every channel. The caller has checked that `by` may.

    Raises ReleaseError without a reason. A second withdrawal changes nothing.
    """
    if not reason.strip():
        raise ReleaseError(_("Hãy ghi lý do gỡ: lý do được lưu lại và hiện cho người đọc."))
    with transaction.atomic():
        locked = Release.objects.select_for_update().get(pk=release.pk)
        if locked.status == Release.Status.WITHDRAWN:
            return locked
        locked.status = Release.Status.WITHDRAWN
        locked.withdrawn_at = timezone.now()
        locked.withdrawn_by_name = str(by)
        locked.withdrawal_reason = reason.strip()
        locked.save()
        record("release.withdrawn", by=by, subject=locked, detail={"reason": reason.strip()})
        announce("release.withdrawn", {"release": str(locked.pk)})
        events.withdrawn.send(Release, release=locked)
    return locked
