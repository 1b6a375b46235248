"""Notices that never went, that another has taken the place of, and that still stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, Max, OuterRef, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import deliveries_of, newer_versions, place_of
from tiengmo.channels.web_push.channel import WebPush
from tiengmo.channels.web_push.composing import TOLD
from tiengmo.channels.web_push.models import Notice
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from tiengmo.releases.models import Delivery

State = Notice.State
STOPPED, REPLACED, STANDS = "stopped", "replaced", "stands"


def counted(count: int) -> str:
    return ngettext("%(n)d trình duyệt", "%(n)d trình duyệt", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    deliveries = deliveries_of(release, WebPush.code)
    by_pk = {one.pk: one for one in deliveries}
    return [
        _row(by_pk[pk], became, count, shown_at)
        for pk, became, count, shown_at in _became(release, deliveries)
    ]


def _became(release: Release, deliveries: Sequence[Delivery]) -> QuerySet[Notice, tuple[Any, ...]]:
    """Delivery, what became of its notices, how many, and when the last of them came to stand so.

    A notice and what follows it have one tag: once a device showed the later, the earlier is gone.
    """
    after = Notice.objects.filter(browser=OuterRef("browser"), state=State.SHOWN)
    if release.status == Release.Status.WITHDRAWN:
        after = after.filter(release=release, kind=Notice.Kind.WITHDRAWAL)
    else:
        after = after.filter(release__in=newer_versions(release), kind=Notice.Kind.NEWS)
    notices = Notice.objects.filter(delivery__in=deliveries, kind=Notice.Kind.NEWS).annotate(
        replaced_at=Subquery(after.order_by("ended_at").values("ended_at")[:1])
    )
    return (
        notices.annotate(
            became=Case(
                When(state__in=(State.CANCELLED, State.FAILED), then=Value(STOPPED)),
                When(state__in=TOLD, replaced_at__isnull=False, then=Value(REPLACED)),
                default=Value(STANDS),
                output_field=CharField(),
            ),
            since=Case(
                When(became=REPLACED, then="replaced_at"),
                When(became=STOPPED, then="ended_at"),
                default="sent_at",
            ),
        )
        .order_by()
        .values_list("delivery", "became")
        .annotate(count=Count("pk"), at=Max("since"))
    )


def _row(one: Delivery, became: str, count: int, at: datetime | None) -> TrailRow:
    where = place_of(one)
    if became == STANDS:
        note = _("máy chưa báo đã hiện thông báo mới thay chỗ")
        return TrailRow(Standing.WAITING, where, count, one.village, at, note=note)
    by = _("dừng trước khi gửi, hoặc không tới")
    if became == REPLACED:
        by = _("máy báo thông báo mới đã thay chỗ")
    return TrailRow(Standing.TAKEN_BACK, where, count, one.village, at, by)
