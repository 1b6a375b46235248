from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.press.rights import require_worker
from tiengmo.outreach.press.errors import PressRelationsError
from tiengmo.outreach.press.models import AskedTopic, Attendance, Meeting, Mention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiengmo.audit.actors import Actor
    from tiengmo.channels.press.models import Outlet
    from tiengmo.outreach.press.models import Agreement


def note_mention(mention: Mention, *, by: Actor) -> Mention:
    """Write down what an outlet printed. Raises NotAllowed, ValidationError, PressRelationsError:
    it stands there already, or its agreement is another outlet's or time's."""
    require_worker(by)
    mention.full_clean()
    agreement = mention.agreement
    if agreement is not None and (
        agreement.outlet_id != mention.outlet_id
        or not agreement.starts_on <= mention.on <= agreement.ends_on
    ):
        raise PressRelationsError(_("Thoả thuận này của cơ quan khác hoặc không gồm ngày đăng."))
    with transaction.atomic():
        mention.save()
        record("press_mention.noted", by=by, subject=mention)
    return mention


def remove_mention(mention: Mention, *, by: Actor) -> None:
    """Strike out what was noted wrongly. Raises NotAllowed."""
    require_worker(by)
    with transaction.atomic():
        record("press_mention.removed", by=by, subject=mention)
        mention.delete()


def save_agreement(agreement: Agreement, *, by: Actor) -> Agreement:
    """Note or change an agreement. Raises NotAllowed, ValidationError, PressRelationsError."""
    require_worker(by)
    agreement.full_clean()
    if agreement.ends_on < agreement.starts_on:
        raise PressRelationsError(_("Ngày kết thúc trước ngày bắt đầu."))
    with transaction.atomic():
        agreement.save()
        record("press_agreement.saved", by=by, subject=agreement, detail={"money": agreement.money})
    return agreement


def note_meeting(
    meeting: Meeting,
    *,
    came: Mapping[Outlet, int],
    asked: Sequence[tuple[str, int, str]],
    by: Actor,
) -> Meeting:
    """Note a meeting, or all of it anew. came: people by outlet. asked: (topic, questions, answer).

    Raises NotAllowed, ValidationError, PressRelationsError: a topic stands twice.
    """
    require_worker(by)
    topics = [topic for topic, _count, _answer in asked]
    if len({topic.casefold() for topic in topics}) != len(topics):
        raise PressRelationsError(_("Một chủ đề ghi hai lần."))
    meeting.noted_by_name = str(by)
    meeting.full_clean()
    with transaction.atomic():
        meeting.save()
        meeting.attendances.all().delete()
        meeting.topics.all().delete()
        Attendance.objects.bulk_create(
            Attendance(meeting=meeting, outlet=outlet, people=people)
            for outlet, people in came.items()
            if people
        )
        AskedTopic.objects.bulk_create(
            AskedTopic(meeting=meeting, topic=topic, questions=questions, answer=answer)
            for topic, questions, answer in asked
        )
        record("press_meeting.noted", by=by, subject=meeting, detail={"people": sum(came.values())})
    return meeting
