"""The press page that is gone, letters in mailboxes, and what was written after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.press.models import Letter, PressItem
from tiengmo.channels.press.queries import ABOUT, TOLD
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import newer_versions
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from django.db.models import QuerySet

Kind, State = Letter.Kind, Letter.State


def counted(count: int) -> str:
    return ngettext("%(n)d nơi nhận", "%(n)d nơi nhận", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    """The page, then a row for each outlet whose journalists were written to."""
    rows = []
    item = PressItem.objects.filter(release=release).first()
    if item is not None:
        gone_at = item.gone_at or item.dropped_at
        by = _("trang đã đóng") if gone_at else ""
        standing = Standing.TAKEN_BACK if gone_at else Standing.WAITING
        rows.append(TrailRow(standing, _("Trang báo chí"), since=gone_at or item.until, by=by))
    had_it = Letter.objects.filter(release=release, kind__in=ABOUT, state__in=TOLD)
    outlets = had_it.order_by("journalist__outlet__name").values_list(
        "journalist__outlet", "journalist__outlet__name"
    )
    for outlet, name in dict.fromkeys(outlets):
        rows.append(_of_outlet(release, name, had_it.filter(journalist__outlet=outlet)))
    return rows


def _of_outlet(release: Release, name: str | None, had_it: QuerySet[Letter]) -> TrailRow:
    people = set(had_it.values_list("journalist", flat=True))
    after = Letter.objects.filter(journalist__in=people, state=State.SENT)
    if release.status == Release.Status.WITHDRAWN:
        after = after.filter(release=release, kind=Kind.WITHDRAWAL)
        text = _("Thư báo gỡ đã gửi tới %(sent)d trên %(out)d người.")
    else:
        after = after.filter(release__in=newer_versions(release), kind=Kind.CORRECTION)
        text = _("Thư đính chính đã gửi tới %(sent)d trên %(out)d người.")
    sent = after.values("journalist").distinct().count()
    return TrailRow(
        Standing.GONE,
        name or _("Nhà báo tự do"),
        len(people),
        since=had_it.aggregate(at=Max("changed_at"))["at"],
        follows=text % {"sent": sent, "out": len(people)},
        is_followed=sent >= len(people),
    )
