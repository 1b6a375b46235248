from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.actions.unpublish import UnpublishAction

from tiengmo.audit.actions import record
from tiengmo.newsroom import texts, workflow
from tiengmo.newsroom.errors import NotPossible, NotReady
from tiengmo.newsroom.permissions import require_withdrawer
from tiengmo.newsroom.queries import releases_of
from tiengmo.newsroom.workflow import Stage
from tiengmo.places.errors import UnknownArea
from tiengmo.places.queries import smallest_unit_containing
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Release

from .locking import locked, set_stage

if TYPE_CHECKING:
    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def withdraw_bulletin(bulletin: Bulletin, *, by: User, reason: str) -> list[Release]:
    """Take back from every channel whatever of this bulletin is out or waits for its hour.

    A newer draft stays as it is. Raises NotAllowed, NotReady without a reason, NotPossible when
    nothing is out.
    """
    reason = texts.clean_text(reason)
    if not texts.has_words(reason):
        raise NotReady([_("Hãy ghi lý do gỡ: lý do được lưu lại và hiện cho người đọc.")])
    with transaction.atomic():
        row = locked(bulletin)
        # Locked together, before the first is written of in the audit log: whoever works on another
        # of them waits for that log too.
        rows = releases_of(row).exclude(status=Release.Status.WITHDRAWN)
        out = list(rows.select_for_update(of=("self",)).order_by("pk"))
        require_withdrawer(by, row, containing_unit(out))
        workflow.require(row.stage, "withdraw")
        if not out:
            raise NotPossible(_("Không có bản nào của bài này đang phát hành."))
        withdrawn = [withdraw_release(release, by=by, reason=reason) for release in out]
        UnpublishAction(row, user=by).execute(skip_permission_checks=True)
        if row.stage == Stage.CLEARED:
            set_stage(row, Stage.WITHDRAWN)
        record(
            "bulletin.withdrawn",
            by=by,
            subject=row,
            detail={"reason": reason, "releases": [str(release.pk) for release in withdrawn]},
        )
    bulletin.stage = row.stage
    bulletin.live = False
    return withdrawn


def containing_unit(releases: list[Release]) -> Unit | None:
    """The smallest unit that contains everything these releases went to."""
    codes = {code for release in releases for code in release.audience}
    try:
        return smallest_unit_containing(codes)
    except UnknownArea:
        return None
