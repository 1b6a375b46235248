"""Which partners had what was withdrawn or corrected, and whether they confirmed by a 2xx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.partners.models import Push, Subscription
from tiengmo.channels.partners.queries import CHANNEL, told_of
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import deliveries_of, newer_versions
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tiengmo.releases.models import Delivery

ACTIVE = Subscription.State.ACTIVE


def counted(count: int) -> str:
    return ngettext("%(n)d hệ thống bạn", "%(n)d hệ thống bạn", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    newer = newer_versions(release)
    return [_row(release, newer, one) for one in deliveries_of(release, CHANNEL)]


def _row(release: Release, newer: list[Release], one: Delivery) -> TrailRow:
    where = one.target_name
    had = list(told_of(release).filter(partner=int(one.target)))
    if not had:
        by = _("dừng trước khi gửi, hoặc không tới")
        return TrailRow(Standing.TAKEN_BACK, where, since=one.updated_at, by=by)
    confirmed = _confirmed(release, newer, had)
    open_ones = [sub for sub in had if sub.pk not in confirmed]
    if not open_ones:
        is_gone = release.status == Release.Status.WITHDRAWN
        by = _("hệ thống bạn trả lời đã nhận lệnh gỡ (2xx)")
        if not is_gone:
            by = _("hệ thống bạn trả lời đã nhận bản thay thế (2xx)")
        return TrailRow(Standing.TAKEN_BACK, where, since=max(confirmed.values()), by=by)
    came_at = one.delivered_at or one.sent_at or one.created_at
    if any(sub.state == ACTIVE for sub in open_ones):
        note = _("đã gửi lại, hệ thống bạn chưa trả lời đã nhận")
        return TrailRow(Standing.WAITING, where, since=came_at, note=note)
    whys = {sub.get_ended_why_display() for sub in open_ones if sub.ended_why}
    # No push goes there any more; the feed itself still says that it is gone.
    follows = _("Hãy gọi người phụ trách. Nguồn tin đã ghi mục này là đã gỡ.")
    return TrailRow(
        Standing.GONE, where, since=came_at, note=", ".join(sorted(whys)), follows=follows
    )


def _confirmed(
    release: Release, newer: list[Release], had: list[Subscription]
) -> dict[UUID, datetime]:
    """Subscription → when it last took what undoes this release: a tombstone, or a newer entry."""
    accepted = Push.objects.filter(subscription__in=had, state=Push.State.ACCEPTED)
    undone = accepted.filter(release=release, kind=Push.Kind.WITHDRAWAL)
    if release.status != Release.Status.WITHDRAWN:
        undone = undone | accepted.filter(release__in=newer)
    rows = undone.order_by().values_list("subscription").annotate(at=Max("ended_at"))
    return dict(rows)
