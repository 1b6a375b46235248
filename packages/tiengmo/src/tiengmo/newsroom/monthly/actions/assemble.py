from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.foundation.vietnamese import nfc
from tiengmo.newsroom.monthly import rules
from tiengmo.newsroom.monthly.errors import IssueError
from tiengmo.newsroom.monthly.models import Issue, IssueItem
from tiengmo.newsroom.monthly.queries import to_choose
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def require_editor(by: User, unit: Unit) -> None:
    if not has_role(by, Role.APPROVER, unit):
        require_role(by, Role.EDITOR, unit)


def start_issue(unit: Unit, *, year: int, month: int, by: User) -> Issue:
    """Begin the issue of a month with the next number of the year; what the last one said of
    licence and answerability stands in it. Raises NotAllowed, IssueError."""
    require_editor(by, unit)
    today = timezone.localdate()
    if not rules.has_come(year, month, today):
        raise IssueError(_("Hãy chọn một tháng đã tới."))
    with transaction.atomic():
        type(unit).objects.select_for_update().get(pk=unit.pk)
        last = Issue.objects.filter(unit=unit).first()
        numbers = Issue.objects.filter(unit=unit, year=year)
        issue = Issue(
            unit=unit,
            year=year,
            month=month,
            number=(numbers.aggregate(most=Max("number"))["most"] or 0) + 1,
            assembled_by_id=str(by.pk),
            assembled_by_name=str(by),
        )
        if last is not None:
            issue.title, issue.licence = last.title, last.licence
            issue.responsible = last.responsible
        issue.save()
        record("issue.started", by=by, subject=issue)
    return issue


def save_issue(
    issue: Issue, *, title: str, licence: str, responsible: str, foreword: str, by: User
) -> Issue:
    """Change masthead and foreword of a draft. Raises NotAllowed, IssueError."""
    with transaction.atomic():
        row = _draft(issue, by)
        row.title = " ".join(nfc(title).split())
        row.licence = " ".join(nfc(licence).split())
        row.responsible = " ".join(nfc(responsible).split())
        row.foreword = nfc(foreword).strip()
        if not row.title:
            raise IssueError(_("Hãy ghi tên bản tin."))
        if len(row.foreword) > rules.LONGEST_FOREWORD:
            text = _("Lời đầu dài nhất %(most)d ký tự.")
            raise IssueError(text % {"most": rules.LONGEST_FOREWORD})
        _save(row, by)
        record("issue.saved", by=by, subject=row)
    return row


def choose_items(issue: Issue, chosen: Sequence[tuple[UUID, str, int]], *, by: User) -> Issue:
    """Have exactly these in a draft: (release, section, position). Raises NotAllowed, IssueError:
    one of them did not go out in the month, or no longer stands."""
    with transaction.atomic():
        row = _draft(issue, by)
        if len(chosen) > rules.MOST_ITEMS:
            raise IssueError(_("Một số có nhiều nhất %(most)d bài.") % {"most": rules.MOST_ITEMS})
        known = set(to_choose(row).values_list("pk", flat=True))
        if any(pk not in known for pk, _section, _position in chosen):
            raise IssueError(_("Có bài không còn chọn được: đã gỡ hoặc đã đính chính."))
        row.items.all().delete()
        IssueItem.objects.bulk_create(
            IssueItem(
                issue=row,
                release_id=pk,
                section=" ".join(nfc(section).split())[:80],
                position=position,
            )
            for pk, section, position in chosen
        )
        _save(row, by)
        record("issue.chosen", by=by, subject=row, detail={"items": len(chosen)})
    return row


def _draft(issue: Issue, by: User) -> Issue:
    row = Issue.objects.select_for_update(of=("self",)).select_related("unit").get(pk=issue.pk)
    require_editor(by, row.unit)
    if row.state != Issue.State.DRAFT:
        raise IssueError(_("Số này đã phát hành, không sửa được nữa."))
    return row


def _save(row: Issue, by: User) -> None:
    row.assembled_by_id, row.assembled_by_name = str(by.pk), str(by)
    row.changed_at = timezone.now()
    row.save()
