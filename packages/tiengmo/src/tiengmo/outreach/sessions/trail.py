"""Villages that teams told what is not so, and whether somebody has told them again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.registry import Standing, TrailAct, TrailRow
from tiengmo.channels.trail import newer_versions
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.retelling import told_again

if TYPE_CHECKING:
    from tiengmo.outreach.sessions.models import Retelling
    from tiengmo.releases.models import Release


def counted(count: int) -> str:
    return ngettext("%(n)d buổi", "%(n)d buổi", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    sessions = Session.objects.filter(release=release, withdrawn_at=None)
    by_village: dict[int, list[Session]] = defaultdict(list)
    for one in sessions.select_related("village__unit").order_by("held_at"):
        by_village[one.village_id].append(one)
    again = told_again(release)
    newer = Session.objects.filter(release__in=newer_versions(release), withdrawn_at=None)
    corrected = {one.village_id: one for one in newer.order_by("held_at")}
    return [
        _row(release, told, again.get(village), corrected.get(village))
        for village, told in by_village.items()
    ]


def _row(
    release: Release, told: list[Session], again: Retelling | None, corrected: Session | None
) -> TrailRow:
    village, people = told[0].village, sum(one.headcount for one in told)
    note = ngettext("%(n)d người dự", "%(n)d người dự", people) % {"n": people}
    act = None
    if again is not None:
        text = _("%(person)s ghi đã báo lại lúc %(at)s.") % {
            "person": again.author_name,
            "at": f"{timezone.localtime(again.at):%H:%M %d/%m}",
        }
        is_followed = True
    elif corrected is not None and corrected.held_at > told[-1].held_at:
        at = f"{timezone.localtime(corrected.held_at):%H:%M %d/%m}"
        text = _("Đã nói bản đính chính lúc %(at)s.") % {"at": at}
        is_followed = True
    else:
        text, is_followed = _("Cần tổ tuyên vận báo lại với bà con."), False
        act = TrailAct(
            reverse("outreach_told_again", args=[release.pk, village.code]),
            _("Đã báo lại ở %(village)s") % {"village": village.name},
        )
    return TrailRow(
        Standing.GONE,
        f"{village.name}, {village.unit.name}",
        len(told),
        village,
        told[0].held_at,
        note=note,
        follows=text,
        is_followed=is_followed,
        act=act,
    )
