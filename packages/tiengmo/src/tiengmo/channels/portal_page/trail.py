"""The portal's own part: a page that is gone, or leads on to the newer version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import correction_to, deliveries_of, let_go_at
from tiengmo.releases.models import DeliveryStatus, Release

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tiengmo.releases.models import Delivery

CHANNEL = "portal"


def counted(count: int) -> str:
    return ngettext("%(n)d trang", "%(n)d trang", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    deliveries = deliveries_of(release, CHANNEL)
    gone_at = let_go_at(deliveries)
    newer = list(correction_to(release, CHANNEL).values())
    return [_row(release, one, newer[-1] if newer else None, gone_at) for one in deliveries]


def _row(
    release: Release, one: Delivery, newer: Delivery | None, gone_at: dict[UUID, datetime]
) -> TrailRow:
    where = f"/tin/{release.slug}/"
    if one.status == DeliveryStatus.WITHDRAWN:
        by = _("trang đã đóng, báo người đọc lý do gỡ")
        return TrailRow(Standing.TAKEN_BACK, where, since=gone_at.get(one.pk), by=by)
    if release.status != Release.Status.WITHDRAWN and newer is not None and newer.delivered_at:
        by = _("địa chỉ cũ dẫn sang bản đính chính")
        return TrailRow(Standing.TAKEN_BACK, where, since=newer.delivered_at, by=by)
    note = "" if newer is not None else _("bản mới không đăng trên cổng, trang cũ vẫn còn")
    if release.status == Release.Status.WITHDRAWN:
        note = _("chưa đóng xong trang")
    return TrailRow(Standing.WAITING, where, since=one.delivered_at or one.created_at, note=note)
