"""Letters that were stopped in time, those that went, and what was written after them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Count, Max, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.email_followers.models import Letter
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import newer_versions
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = Letter.State
TOLD_OF_IT = (Letter.Kind.NEWS, Letter.Kind.CORRECTION)
GONE_OUT = (State.SENDING, State.SENT, State.IN_DOUBT)


def counted(count: int) -> str:
    return ngettext("%(n)d thư", "%(n)d thư", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    """Followers are of no one place: a row for each standing. After a month letters are erased."""
    letters = Letter.objects.filter(release=release, kind__in=TOLD_OF_IT)
    states = {
        state: (count, at)
        for state, count, at in letters.order_by()
        .values_list("state")
        .annotate(count=Count("pk"), at=Max("changed_at"))
    }
    where = _("Người theo dõi qua thư")
    rows = []
    if State.DROPPED in states:
        count, at = states[State.DROPPED]
        rows.append(
            TrailRow(Standing.TAKEN_BACK, where, count, since=at, by=_("dừng trước khi gửi"))
        )
    for state in (State.HELD, State.WAITING):
        if state in states:
            count, at = states[state]
            note = str(state.label)
            rows.append(TrailRow(Standing.WAITING, where, count, since=at, note=note))
    out = sum(states[state][0] for state in GONE_OUT if state in states)
    if out:
        after = _after(release, letters)
        sent = after[State.SENT]
        if release.status == Release.Status.WITHDRAWN:
            text = _("Thư báo gỡ đã gửi tới %(sent)d trên %(out)d người.")
        else:
            text = _("Thư đính chính đã gửi tới %(sent)d trên %(out)d người.")
        rows.append(
            TrailRow(
                Standing.GONE,
                where,
                out,
                since=max(states[state][1] for state in GONE_OUT if state in states),
                note=", ".join(
                    f"{state.label}: {states[state][0]}" for state in GONE_OUT if state in states
                ),
                follows=text % {"sent": sent, "out": out},
                is_followed=sent >= out,
            )
        )
    return rows


def _after(release: Release, letters: QuerySet[Letter]) -> Counter[str]:
    """In which state is what each of the told was written afterwards."""
    later = Letter.objects.filter(follower=OuterRef("follower"))
    if release.status == Release.Status.WITHDRAWN:
        later = later.filter(release=release, kind=Letter.Kind.WITHDRAWAL)
    else:
        later = later.filter(release__in=newer_versions(release), kind=Letter.Kind.CORRECTION)
    told = letters.filter(state__in=GONE_OUT).annotate(
        after=Subquery(later.order_by("-at").values("state")[:1])
    )
    rows = told.order_by().values_list("after").annotate(count=Count("pk"))
    return Counter({state or "": count for state, count in rows})
