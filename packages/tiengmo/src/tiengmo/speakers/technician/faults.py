"""What is wrong in the fleet now, with its likely cause: what a technician's day starts with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.speakers.labels import FINDINGS, REFUSAL_REASONS, UPDATE_REASONS
from tiengmo.speakers.models import (
    Box,
    Installation,
    InstallState,
    Outage,
    OutageCause,
    PlayReport,
    TestAnswer,
)

from .rules import Absence, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiengmo.places.models import Unit

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
POWER_CUTS_A_WEEK = 3
LOST_LINES_A_DAY = 6
RESTARTS_A_DAY = 3
LOW_STORAGE_BYTES = 200 * 1024 * 1024
CLOCK_OFF_MS = 1000
NEVER_SEEN_AFTER = timedelta(hours=24)

SILENT, FAILING, WATCH = 0, 1, 2


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one box, or with all boxes of a unit at once (`boxes` > 1)."""

    severity: int
    title: str
    cause: str
    advice: str
    since: datetime | None = None
    box: Box | None = None
    unit: Unit | None = None
    boxes: int = 1


@dataclass
class _Past:
    """What the last day and week say of one box."""

    causes_today: Counter[str] = field(default_factory=Counter)
    causes_this_week: Counter[str] = field(default_factory=Counter)
    plays: Counter[str] = field(default_factory=Counter)
    refusals: int = 0


def faults_of(boxes: Iterable[Box], *, now: datetime | None = None) -> list[Fault]:
    """List the faults of these boxes (with `village__unit` selected), the worst first."""
    now = now or timezone.now()
    boxes = [box for box in boxes if not box.is_retired]
    by_serial = {box.pk: box for box in boxes}
    past = _past(by_serial, now)
    found: list[Fault] = []
    away = _open_outages(by_serial)
    together = shared(
        [
            Absence(one.pk, one.box_id, by_serial[one.box_id].village.unit_id, one.began_at)
            for one in away.values()
        ],
        Counter(box.village.unit_id for box in boxes if box.last_seen_at is not None),
    )
    found += _shared_faults(away, together, by_serial)
    for box in boxes:
        outage = away.get(box.pk)
        if outage is not None and not box.is_online:
            if outage.pk not in together:
                found.append(_silent(box, outage, past[box.pk]))
        elif box.last_seen_at is None:
            found += _never_seen(box, now)
        else:
            found += _of_one_that_speaks(box, past[box.pk], now)
    found += _failed_tests(by_serial, now)
    found += _failed_updates(by_serial, now)
    return sorted(
        found, key=lambda one: (one.severity, -one.boxes, one.since or now, one.title, str(one.box))
    )


def _open_outages(by_serial: dict[str, Box]) -> dict[str, Outage]:
    rows = Outage.objects.filter(ended_at=None, box__in=by_serial)
    return {one.box_id: one for one in rows if not by_serial[one.box_id].is_online}


def _past(by_serial: dict[str, Box], now: datetime) -> dict[str, _Past]:
    past = {serial: _Past() for serial in by_serial}
    outages = Outage.objects.filter(box__in=by_serial, began_at__gte=now - WEEK)
    for serial, cause, began_at in outages.values_list("box_id", "cause", "began_at"):
        past[serial].causes_this_week[cause] += 1
        if began_at >= now - DAY:
            past[serial].causes_today[cause] += 1
    plays = PlayReport.objects.filter(box__in=by_serial, received_at__gte=now - DAY).exclude(
        outcome="played"
    )
    for serial, reason, number in (
        plays.values_list("box_id", "reason").annotate(n=Count("pk")).order_by()
    ):
        past[serial].plays[reason] = number
    return past


def _shared_faults(
    away: dict[str, Outage], together: set[int], by_serial: dict[str, Box]
) -> list[Fault]:
    by_unit: dict[int, list[Outage]] = {}
    for outage in away.values():
        if outage.pk in together:
            by_unit.setdefault(by_serial[outage.box_id].village.unit_id, []).append(outage)
    units = [by_serial[those[0].box_id].village.unit for those in by_unit.values()]
    everywhere = len(units) > 1 and len(units) == len(
        {box.village.unit_id for box in by_serial.values() if box.last_seen_at is not None}
    )
    cause = (
        _("mọi xã cùng mất: bộ chuyển tin, cổng loa hoặc đường truyền của trung tâm")
        if everywhere
        else _("cả xã cùng mất: đường truyền, điện lưới của xã hoặc bộ chuyển tin")
    )
    return [
        Fault(
            SILENT,
            _("Cả xã mất kết nối"),
            cause,
            _("Hỏi nhà mạng và điện lực trước khi đi từng cụm."),
            since=min(one.began_at for one in those),
            unit=unit,
            boxes=len(those),
        )
        for unit, those in zip(units, by_unit.values(), strict=True)
    ]


def _silent(box: Box, outage: Outage, past: _Past) -> Fault:
    cause, advice = _cause_of_silence(outage, past)
    return Fault(SILENT, _("Mất kết nối"), cause, advice, since=outage.began_at, box=box)


def _cause_of_silence(outage: Outage, past: _Past) -> tuple[str, str]:
    if outage.cause == OutageCause.ORDERLY:
        return _("có người tắt máy hoặc dừng chương trình"), _("Hỏi người trông coi cụm loa.")
    week = past.causes_this_week
    if week[OutageCause.POWER] >= POWER_CUTS_A_WEEK:
        return (
            ngettext(
                "có thể mất điện: tuần này đã mất điện %(n)d lần",
                "có thể mất điện: tuần này đã mất điện %(n)d lần",
                week[OutageCause.POWER],
            )
            % {"n": week[OutageCause.POWER]},
            _("Xem nguồn, cầu chì và dây điện của cụm loa."),
        )
    if week[OutageCause.LINK] >= POWER_CUTS_A_WEEK:
        return (
            ngettext(
                "có thể mất sóng: tuần này đã mất đường truyền %(n)d lần",
                "có thể mất sóng: tuần này đã mất đường truyền %(n)d lần",
                week[OutageCause.LINK],
            )
            % {"n": week[OutageCause.LINK]},
            _("Xem SIM, cước dữ liệu, ăng-ten hoặc dây mạng."),
        )
    return (
        _("chỉ cụm này mất: mất điện tại chỗ, mất sóng hoặc hỏng máy"),
        _("Gọi người trông coi xem đèn máy; khi máy trở lại, hệ thống sẽ biết vì sao."),
    )


def _never_seen(box: Box, now: datetime) -> list[Fault]:
    if now - box.enrolled_at < NEVER_SEEN_AFTER:
        return []
    return [
        Fault(
            SILENT,
            _("Chưa kết nối lần nào"),
            _("đã đăng ký nhưng chưa nói chuyện với bộ chuyển tin"),
            _("Xem máy có chạy, cổng MQTT có bị tường lửa chặn không."),
            since=box.enrolled_at,
            box=box,
        )
    ]


def _of_one_that_speaks(box: Box, past: _Past, now: datetime) -> list[Fault]:
    return [
        Fault(severity, title, cause, advice, box=box)
        for severity, title, cause, advice in (
            *_sound_faults(box, past),
            *_clock_and_storage_faults(box),
            *_habits(past),
            *_refusals(box, now),
        )
    ]


_Found = tuple[int, str, str, str]


def _sound_faults(box: Box, past: _Past) -> Iterable[_Found]:
    if "failed:" in box.output:
        yield (
            FAILING,
            _("Thiết bị âm thanh không chạy"),
            box.output.split("failed:", 1)[1].strip() or _("máy không mở được thiết bị"),
            _("Xem dây loa và thẻ âm thanh; chạy speaker-agent devices trên máy."),
        )
    elif past.plays["device_failed"]:
        yield (
            FAILING,
            _("Thiết bị âm thanh chập chờn"),
            _("trong 24 giờ qua có %(n)d lần hỏng khi đang phát")
            % {"n": past.plays["device_failed"]},
            _("Xem dây cắm, nguồn và thẻ âm thanh."),
        )
    missed = past.plays["no_sound"] + past.plays["bad_sound"]
    if missed or box.missing_sounds:
        cause = (
            _("%(n)d tin không phát vì chưa có âm thanh") % {"n": missed}
            if missed
            else _("còn %(n)d âm thanh trong lịch chưa tải xong") % {"n": box.missing_sounds}
        )
        yield (
            FAILING if missed else WATCH,
            _("Chưa tải được âm thanh"),
            cause,
            _("Đường truyền chậm, hết cước dữ liệu hoặc máy không tới được cổng loa."),
        )
    if box.reported_volume == 0:
        yield (
            FAILING,
            _("Đang tắt tiếng"),
            _("âm lượng đặt bằng 0") if box.volume == 0 else _("khung giờ này đặt âm lượng 0"),
            _("Đặt lại âm lượng trên trang của cụm loa."),
        )


def _clock_and_storage_faults(box: Box) -> Iterable[_Found]:
    if box.is_time_trusted is False:
        yield (
            FAILING,
            _("Đồng hồ chưa tin được"),
            _("máy vừa khởi động và chưa hỏi được giờ của máy chủ"),
            _("Máy im lặng cho tới khi có giờ; nếu kéo dài, xem đường truyền."),
        )
    elif abs(box.clock_offset_ms or 0) >= CLOCK_OFF_MS:
        yield (
            WATCH,
            _("Đồng hồ máy lệch nhiều"),
            _("lệch %(s).1f giây; máy vẫn phát theo giờ máy chủ")
            % {"s": (box.clock_offset_ms or 0) / 1000},
            _("Thay pin đồng hồ của bo mạch khi có dịp."),
        )
    if "disk full" in box.output or (
        box.free_bytes is not None and box.free_bytes < LOW_STORAGE_BYTES
    ):
        yield (
            FAILING if "disk full" in box.output else WATCH,
            _("Bộ nhớ sắp đầy"),
            _("còn trống %(mb)d MB") % {"mb": (box.free_bytes or 0) // 1024**2},
            _("Thay thẻ nhớ lớn hơn hoặc xoá tệp lạ trên máy."),
        )


def _habits(past: _Past) -> Iterable[_Found]:
    if past.causes_this_week[OutageCause.POWER] >= POWER_CUTS_A_WEEK:
        yield (
            WATCH,
            _("Hay mất điện"),
            _("%(n)d lần trong 7 ngày") % {"n": past.causes_this_week[OutageCause.POWER]},
            _("Xem bộ nguồn và ổ cắm; cân nhắc bộ lưu điện nhỏ."),
        )
    if past.causes_today[OutageCause.LINK] >= LOST_LINES_A_DAY:
        yield (
            WATCH,
            _("Đường truyền chập chờn"),
            _("%(n)d lần trong 24 giờ") % {"n": past.causes_today[OutageCause.LINK]},
            _("Xem sóng, ăng-ten, SIM hoặc dây mạng."),
        )
    if past.causes_today[OutageCause.PROGRAM] >= RESTARTS_A_DAY:
        yield (
            FAILING,
            _("Chương trình hay khởi động lại"),
            _("%(n)d lần trong 24 giờ, máy không mất điện")
            % {"n": past.causes_today[OutageCause.PROGRAM]},
            _("Lấy nhật ký máy và gửi cho người phát triển."),
        )


def _refusals(box: Box, now: datetime) -> Iterable[_Found]:
    if box.last_refusal_at is not None and now - box.last_refusal_at < DAY:
        yield (
            WATCH,
            _("Vừa từ chối bản tin"),
            str(REFUSAL_REASONS.get(box.last_refusal_reason, box.last_refusal_reason)),
            _("Xem chi tiết trên trang của cụm loa; chữ ký sai nhiều lần là dấu hiệu phá hoại."),
        )


def _failed_tests(by_serial: dict[str, Box], now: datetime) -> list[Fault]:
    answers: Sequence[TestAnswer] = list(
        TestAnswer.objects.filter(box__in=by_serial, round__started_at__gte=now - DAY)
        .filter(is_good=False)
        .select_related("round")
    )
    return [
        Fault(
            FAILING,
            _("Không qua buổi kiểm tra sáng"),
            ", ".join(str(FINDINGS.get(name, name)) for name in one.findings),
            _("Bấm “Tự kiểm tra” trên trang của cụm loa sau khi sửa."),
            since=one.answered_at,
            box=by_serial[one.box_id],
        )
        for one in answers
    ]


def _failed_updates(by_serial: dict[str, Box], now: datetime) -> list[Fault]:
    """The last word of each box on its last update, if it went wrong this week."""
    rows = Installation.objects.filter(box__in=by_serial, changed_at__gte=now - WEEK)
    rows = rows.exclude(state__in=[InstallState.WAITING, InstallState.LEFT_OUT])
    last = {one.box_id: one for one in rows.select_related("deployment").order_by("changed_at")}
    titles = {
        InstallState.FAILED: _("Không cài được bản %(version)s"),
        InstallState.ROLLED_BACK: _("Đã quay về bản cũ vì bản %(version)s không chạy"),
        InstallState.SILENT: _("Im lặng sau khi cài bản %(version)s"),
    }
    return [
        Fault(
            FAILING if one.state == InstallState.SILENT else WATCH,
            titles[InstallState(one.state)] % {"version": one.deployment.version},
            str(UPDATE_REASONS.get(one.reason, one.reason)),
            _("Xem trang Chương trình và nhật ký máy trước khi triển khai tiếp."),
            since=one.changed_at,
            box=by_serial[one.box_id],
        )
        for one in last.values()
        if one.state in titles
    ]
