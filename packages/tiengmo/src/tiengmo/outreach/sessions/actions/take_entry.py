"""An entry as a phone sends it: new, changed, or withdrawn; once, twice, or from two phones."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.rules import tidy_line
from tiengmo.outreach.sessions import rules
from tiengmo.outreach.sessions.actions.judge_words import judge
from tiengmo.outreach.sessions.errors import SessionError
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.receipts import settle
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tiengmo.outreach.models import Topic
    from tiengmo.places.models import Village
    from tiengmo.releases.models import Release


@dataclass(frozen=True)
class Words:
    """What a propagandist says of a session."""

    kind: str
    topic: Topic
    village: Village
    held_at: datetime
    language: str
    headcount: int
    households: int | None = None
    questions: int = 0
    opinions: int = 0
    subject: str = ""
    place: str = ""
    release: Release | None = None

    def mark(self, revision: int, *, is_withdrawn: bool) -> str:
        said = self.by_name | {
            "topic": self.topic.pk,
            "village": self.village.pk,
            "release": self.release.pk if self.release else "",
            "held_at": self.held_at.timestamp(),
        }
        return rules.mark(revision, said, is_withdrawn=is_withdrawn)

    @property
    def by_name(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def take_entry(
    id: UUID,  # noqa: A002 - the field's own name
    words: Words,
    *,
    by: User,
    revision: int = 1,
    is_withdrawn: bool = False,
) -> Session:
    """Take a session in as its author's phone has it now. The same again changes nothing.

    A higher revision changes what is here, or withdraws it, within a day. Raises NotAllowed;
    SessionError says field by field what cannot be.
    """
    require_role(by, Role.PROPAGANDIST, words.village.unit)
    words = replace(words, subject=tidy_line(words.subject), place=tidy_line(words.place))
    with transaction.atomic():
        row = _locked(id)
        if row is None:
            try:
                # Two phones, or one whose answer was lost, at the same instant.
                with transaction.atomic():
                    return _note(id, words, by, revision, is_withdrawn=is_withdrawn)
            except IntegrityError:
                row = _locked(id)
                if row is None:
                    raise
        return _again(row, words, by, revision, is_withdrawn=is_withdrawn)


def _locked(pk: UUID) -> Session | None:
    return (
        Session.objects.select_for_update(of=("self",))
        .select_related("village__unit", "release", "topic")
        .filter(pk=pk)
        .first()
    )


def _note(pk: UUID, words: Words, by: User, revision: int, *, is_withdrawn: bool) -> Session:
    now = timezone.now()
    judge(words, now)
    row = Session.objects.create(
        id=pk,
        revision=revision,
        taken=[words.mark(revision, is_withdrawn=is_withdrawn)],
        author_id=str(by.pk),
        author_name=str(by),
        noted_at=now,
        # The phone does not know whether an earlier try arrived, so it tells of both at once.
        withdrawn_at=now if is_withdrawn else None,
        is_after_withdrawal=_is_after_withdrawal(words),
        **words.by_name,
    )
    _follow(row, "outreach.session_noted", by)
    return row


def _again(row: Session, words: Words, by: User, revision: int, *, is_withdrawn: bool) -> Session:
    if row.author_id != str(by.pk):
        raise SessionError({"id": _("Mã của buổi này đã có người khác dùng.")})
    mark = words.mark(revision, is_withdrawn=is_withdrawn)
    if mark in row.taken:
        return row
    if revision <= row.revision:
        raise SessionError(
            {"id": _("Buổi này đã được sửa từ một máy khác. Hãy xem bản đã gửi rồi sửa lại.")}
        )
    now = timezone.now()
    if row.withdrawn_at is not None:
        raise SessionError({"id": _("Buổi này đã được rút lại, không sửa nữa.")})
    if not rules.may_change(row.noted_at, now):
        raise SessionError(
            {"id": _("Đã quá một ngày từ lúc gửi: muốn sửa, hãy báo biên tập viên của xã.")}
        )
    release, village = row.release, row.village
    if is_withdrawn:
        row.withdrawn_at = now
    else:
        require_role(by, Role.PROPAGANDIST, row.village.unit)
        judge(words, row.noted_at)
        for name, value in words.by_name.items():
            setattr(row, name, value)
        row.changed_at = now
        row.is_after_withdrawal = _is_after_withdrawal(words)
    row.revision = revision
    row.taken = [*row.taken, mark]
    row.save()
    _follow(row, "outreach.session_withdrawn" if is_withdrawn else "outreach.session_changed", by)
    if release is not None and (release, village) != (row.release, row.village):
        settle(release, village)
    return row


def _is_after_withdrawal(words: Words) -> bool:
    release = words.release
    return (
        release is not None
        and release.withdrawn_at is not None
        and words.held_at > release.withdrawn_at
    )


def _follow(row: Session, action: str, by: User) -> None:
    if row.release is not None:
        settle(row.release, row.village)
    record(
        action,
        by=by,
        subject=row,
        detail={
            "village": row.village.code,
            "kind": row.kind,
            "headcount": row.headcount,
            "held_at": row.held_at.isoformat(),
            "revision": row.revision,
        },
    )
