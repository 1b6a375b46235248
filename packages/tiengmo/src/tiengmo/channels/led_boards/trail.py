"""Which boards let go of a line: their boxes' own word, by the version of the texts they go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.led_boards.models import BoardLine
from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.trail import deliveries_of, let_go_at, note_confirmed, place_of
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.speakers.models import Box, TextReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiengmo.releases.models import Release

CHANNEL = "led"
# It was told of the line and has not said that it let go.
HOLDS = "board_holds"


def counted(count: int) -> str:
    return ngettext("%(n)d bảng chữ", "%(n)d bảng chữ", count) % {"n": count}


def may_hold(line: BoardLine | None, deliveries: Iterable[Delivery]) -> set[str]:
    """Serials of the boxes that may have been told of a line and do not say that it is off."""
    if line is None or line.first_version is None:
        return set()
    boxes = Box.objects.filter(pk__in=[one.target for one in deliveries])
    return {
        box.serial
        for box in boxes
        # One that was away all the time finds the newer texts when it comes back.
        if (box.is_online or (box.last_seen_at and box.last_seen_at >= line.created_at))
        and not _is_off(line, box.texts)
    }


def _is_off(line: BoardLine, versions: Mapping[str, int]) -> bool:
    version = versions.get(line.station.code)
    return (
        version is not None
        and line.withdrawn_version is not None
        and version >= line.withdrawn_version
    )


def on_texts_taken(*, box: Box, versions: Mapping[str, int], **_rest: Any) -> None:
    """A board goes by other texts: the lines that these have no more are off it."""
    held = Delivery.objects.filter(channel=CHANNEL, target=box.serial, reason=HOLDS)
    lines = BoardLine.objects.filter(release__in=held.values("release")).select_related("station")
    off = [line.release_id for line in lines if _is_off(line, versions)]
    if off:
        confirm(held.filter(release__in=off))


def confirm(deliveries: Iterable[Delivery]) -> None:
    """These boxes said it: the line is off their boards."""
    rows = list(deliveries)
    text = _("Bảng chữ đã báo gỡ.")
    for delivery in rows:
        move_delivery(delivery, DeliveryStatus.WITHDRAWN, detail=text)
    note_confirmed(rows, text)


def rows_of(release: Release) -> list[TrailRow]:
    deliveries = deliveries_of(release, CHANNEL)
    boxes = Box.objects.in_bulk([one.target for one in deliveries])
    gone_at = let_go_at(deliveries)
    line = BoardLine.objects.filter(release=release).first()
    shown = {
        report.box_id: report
        for report in TextReport.objects.filter(line_id=str(release.pk))
        .exclude(state="missed")
        .order_by("received_at")
    }
    rows = []
    for one in deliveries:
        note = told(shown.get(one.target))
        # No board shows a line past its window, whatever it was told since.
        is_past = line is not None and line.until_at <= timezone.now()
        if one.reason == HOLDS and not is_past:
            rows.append(
                TrailRow(
                    Standing.WAITING,
                    place_of(one),
                    village=one.village,
                    since=one.sent_at or one.created_at,
                    note=" ".join(filter(None, [_away(boxes.get(one.target)), note])),
                )
            )
        elif one.status == DeliveryStatus.FAILED_PERMANENTLY:
            continue  # it never stood there
        elif line is not None and one.reason == HOLDS:
            rows.append(
                TrailRow(
                    Standing.TAKEN_BACK,
                    place_of(one),
                    village=one.village,
                    since=line.until_at,
                    by=_("hết giờ hiện của dòng chữ"),
                    note=note,
                )
            )
        else:
            rows.append(
                TrailRow(
                    Standing.TAKEN_BACK,
                    place_of(one),
                    village=one.village,
                    since=gone_at.get(one.pk),
                    by=_("bảng chữ báo đã gỡ") if one.detail else _("chưa từng tới bảng chữ"),
                    note=note,
                )
            )
    return rows


def told(report: TextReport | None) -> str:
    """How long a line stood on one board, as its box last reported."""
    if report is None:
        return ""
    return ngettext(
        "Đã hiện %(times)d lượt, tổng %(minutes)d phút.",
        "Đã hiện %(times)d lượt, tổng %(minutes)d phút.",
        report.times,
    ) % {"times": report.times, "minutes": report.shown_ms // 60_000}


def _away(box: Box | None) -> str:
    if box is None or box.is_online or box.last_seen_at is None:
        return _("Bảng chữ chưa báo đã gỡ.")
    since = timezone.localtime(box.silent_since or box.last_seen_at)
    return _("Loa mang bảng chữ mất kết nối từ %(since)s.") % {"since": f"{since:%H:%M %d/%m}"}
