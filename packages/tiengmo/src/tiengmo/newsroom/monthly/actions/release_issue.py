from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.foundation import blobs
from tiengmo.newsroom.monthly.errors import IssueError
from tiengmo.newsroom.monthly.layout import laid_out
from tiengmo.newsroom.monthly.models import Issue
from tiengmo.newsroom.monthly.queries import MAIN, SOURCE, no_longer_true
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.releases.actions import make_release, withdraw_release
from tiengmo.releases.drafts import RenditionDraft

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.people.models import User
    from tiengmo.releases.models import Release

HANDED_OUT_WITHIN = timedelta(days=60)


def release_issue(issue: Issue, *, by: User, seen: datetime) -> Issue:
    """Fix an issue's pages and hand it to print for every village of its unit.

    seen: `changed_at` as the approver saw it. Raises NotAllowed; IssueError: it was changed since,
    `by` assembled it, nothing is in it, or something in it no longer stands.
    """
    require_role(by, Role.APPROVER, issue.unit)
    with transaction.atomic():
        row = Issue.objects.select_for_update(of=("self",)).select_related("unit").get(pk=issue.pk)
        if row.state != Issue.State.DRAFT:
            return row
        if row.changed_at != seen:
            raise IssueError(_("Số này vừa được sửa. Hãy xem lại bản mới rồi phát hành."))
        if row.assembled_by_id == str(by.pk):
            raise IssueError(_("Người soạn không tự phát hành: cần một người duyệt khác."))
        if not row.items.exists():
            raise IssueError(_("Số này chưa có bài nào."))
        if gone := no_longer_true(row):
            names = "; ".join(one.title for one in gone)
            raise IssueError(_("Có bài đã gỡ hoặc đã đính chính: %(names)s") % {"names": names})
        row.released_at = timezone.now()
        document = laid_out(row, is_draft=False)
        pdf: bytes = document.write_pdf()
        row.sha256, row.bytes = blobs.put(pdf, "pdf"), len(pdf)
        row.pages = len(document.pages)
        row.release = _release(row, by)
        row.state = Issue.State.RELEASED
        row.released_by_name = str(by)
        row.save()
        record("issue.released", by=by, subject=row, detail={"sha256": row.sha256})
    return row


def _release(row: Issue, by: User) -> Release:
    titles = [
        (one.release.title,) for one in row.items.select_related("release").order_by("position")
    ]
    return make_release(
        source_type=SOURCE,
        source_id=str(row.pk),
        source_version="1",
        title=str(row),
        unit=row.unit,
        audience=[row.unit.code],
        channels=["print"],
        priority="routine",
        release_at=None,
        window_end_at=timezone.now() + HANDED_OUT_WITHIN,
        author_name=row.assembled_by_name,
        cleared_by=by,
        renditions=[
            RenditionDraft(
                language=MAIN,
                headline=str(row)[:120],
                body_html=format_html_join("", "<p>{}</p>", titles),
            )
        ],
    )


def withdraw_issue(issue: Issue, *, by: User, reason: str) -> Issue:
    """Ask every copy back: something in it was wrong. Raises NotAllowed, IssueError,
    ReleaseError without a reason."""
    require_role(by, Role.APPROVER, issue.unit)
    with transaction.atomic():
        row = (
            Issue.objects.select_for_update(of=("self",)).select_related("release").get(pk=issue.pk)
        )
        if row.release is None:
            raise IssueError(_("Số này chưa phát hành."))
        withdraw_release(row.release, by=by, reason=reason)
        row.state = Issue.State.WITHDRAWN
        row.save(update_fields=["state"])
        record("issue.withdrawn", by=by, subject=row, detail={"reason": reason})
    return row
