"""Villages that teams and vehicles told what is not so, and whether they were told again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.registry import Standing, TrailAct, TrailRow
from tiengmo.channels.trail import newer_versions
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.retelling import played_in, told_again

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.outreach.runs.models import Pass
    from tiengmo.outreach.sessions.models import Retelling
    from tiengmo.places.models import Village
    from tiengmo.releases.models import Release


def counted(count: int) -> str:
    return ngettext("%(n)d buổi, chuyến loa", "%(n)d buổi, chuyến loa", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    sessions = Session.objects.filter(release=release, withdrawn_at=None)
    by_village: dict[int, list[Session]] = defaultdict(list)
    for one in sessions.select_related("village__unit").order_by("held_at"):
        by_village[one.village_id].append(one)
    again = told_again(release)
    newer = Session.objects.filter(release__in=newer_versions(release), withdrawn_at=None)
    corrected = {one.village_id: one for one in newer.order_by("held_at")}
    played: dict[int, list[Pass]] = defaultdict(list)
    passes = played_in(release).select_related("run", "village__unit")
    for one_pass in passes.order_by("run__started_at", "pk"):
        played[one_pass.village_id].append(one_pass)
    return [
        _row(
            release,
            _Said(by_village.get(village, []), played.get(village, [])),
            again.get(village),
            corrected.get(village),
        )
        for village in dict.fromkeys([*by_village, *played])
    ]


@dataclass(frozen=True)
class _Said:
    """How one village was told: sessions, and drives of a loudspeaker vehicle."""

    sessions: list[Session]
    passes: list[Pass]

    @property
    def village(self) -> Village:
        return (self.sessions or self.passes)[0].village

    @property
    def at(self) -> list[datetime]:
        return sorted(
            [*(one.held_at for one in self.sessions), *(one.run.started_at for one in self.passes)]
        )

    @property
    def note(self) -> str:
        people, drives = sum(one.headcount for one in self.sessions), len(self.passes)
        parts = []
        if self.sessions:
            parts.append(ngettext("%(n)d người dự", "%(n)d người dự", people) % {"n": people})
        if drives:
            parts.append(
                ngettext("%(n)d chuyến xe loa", "%(n)d chuyến xe loa", drives) % {"n": drives}
            )
        return ", ".join(parts)


def _row(
    release: Release, told: _Said, again: Retelling | None, corrected: Session | None
) -> TrailRow:
    village, times = told.village, told.at
    act = None
    if again is not None:
        text = _("%(person)s ghi đã báo lại lúc %(at)s.") % {
            "person": again.author_name,
            "at": f"{timezone.localtime(again.at):%H:%M %d/%m}",
        }
        is_followed = True
    elif corrected is not None and corrected.held_at > times[-1]:
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
        len(times),
        village,
        times[0],
        note=told.note,
        follows=text,
        is_followed=is_followed,
        act=act,
    )
