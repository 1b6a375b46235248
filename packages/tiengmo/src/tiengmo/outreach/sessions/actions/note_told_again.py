from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.trail import is_over
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.outreach.sessions.models import Retelling, Session
from tiengmo.outreach.sessions.receipts import settle
from tiengmo.outreach.sessions.retelling import played_in, told_again
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Village


def note_told_again(release: Release, village: Village, *, by: User) -> Retelling:
    """Write down that a village was told that something is not so. A second click changes nothing.

    Raises NotAllowed; SessionError when nobody told the village, or it is still so.
    """
    if not has_role(by, Role.EDITOR, village.unit):
        require_role(by, Role.PROPAGANDIST, village.unit)
    with transaction.atomic():
        locked = Release.objects.select_for_update().get(pk=release.pk)
        told = Session.objects.filter(release=locked, village=village, withdrawn_at=None)
        has_sessions = told.exists()
        if not has_sessions and not played_in(locked).filter(village=village).exists():
            text = _("Thôn này chưa ghi buổi hay chuyến loa nào về bản tin đó.")
            raise SessionError({"village": text})
        if not is_over(locked):
            raise SessionError({"release": _("Bản tin này còn hiệu lực, không cần báo lại.")})
        if (known := told_again(locked).get(village.pk)) is not None:
            return known
        noted = Retelling.objects.create(
            release=locked, village=village, author_id=str(by.pk), author_name=str(by)
        )
        if has_sessions:
            settle(locked, village)
        record("outreach.told_again", by=by, subject=locked, detail={"village": village.code})
    return noted
