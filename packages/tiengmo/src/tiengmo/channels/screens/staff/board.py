"""What the board says of each screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.registry import Forms
from tiengmo.channels.screens import rules
from tiengmo.channels.screens.models import Play, Screen
from tiengmo.channels.screens.queries import is_alive

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.utils.functional import Promise

STATES: dict[str, Promise] = {
    "silent": gettext_lazy("mất liên lạc"),
    "waiting": gettext_lazy("chờ nhập mã"),
    "alive": gettext_lazy("đang chạy"),
    "revoked": gettext_lazy("đã thu hồi"),
}
REFUSALS: dict[str, Promise] = {
    "unreadable": gettext_lazy("không đọc được"),
    "unknown_item": gettext_lazy("không có trong danh sách của màn hình"),
    "clock": gettext_lazy("máy không biết giờ"),
    "future": gettext_lazy("giờ chiếu ở tương lai"),
    "too_old": gettext_lazy("quá cũ hoặc trước khi đăng ký"),
    "length": gettext_lazy("độ dài vô lý"),
}
CLOCK_WORTH_A_WORD_MS = 120_000


@dataclass(frozen=True)
class Row:
    screen: Screen
    state: str
    label: Promise
    plays_today: int
    trouble: list[str]


def rows_of(screens: Iterable[Screen], now: datetime | None = None) -> list[Row]:
    """Say of each screen what a person wants to know: what needs somebody first."""
    now = now or timezone.now()
    screens = list(screens)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = dict(
        Play.objects.filter(screen__in=screens, started_at__gte=midnight)
        .order_by()
        .values_list("screen")
        .annotate(count=Count("pk"))
    )
    rows = [_row(screen, today.get(screen.pk, 0), now) for screen in screens]
    order = list(STATES)
    return sorted(rows, key=lambda row: (order.index(row.state), row.screen.unit.name))


def _row(screen: Screen, plays_today: int, now: datetime) -> Row:
    if screen.revoked_at is not None:
        state = "revoked"
    elif not screen.token_hash:
        state = "waiting"
    else:
        state = "alive" if is_alive(screen, now) else "silent"
    return Row(screen, state, STATES[state], plays_today, _trouble(screen))


def _trouble(screen: Screen) -> list[str]:
    found = []
    offset = screen.clock_offset_ms
    if offset is not None and abs(offset) > CLOCK_WORTH_A_WORD_MS:
        text = _("đồng hồ của máy lệch %(offset)s; lượt chiếu vẫn ghi theo giờ máy chủ")
        found.append(text % {"offset": timedelta(seconds=round(abs(offset) / 1000))})
    if screen.waiting_plays:
        text = _("còn %(plays)d lượt chiếu đang gửi về")
        found.append(text % {"plays": screen.waiting_plays})
    refused = sum(screen.refused_plays.values())
    if refused:
        reasons = ", ".join(
            f"{REFUSALS.get(reason, reason)}: {count}"
            for reason, count in sorted(screen.refused_plays.items())
        )
        text = _("%(plays)d lượt báo không được tính (%(reasons)s)")
        found.append(text % {"plays": refused, "reasons": reasons})
    return found


@dataclass(frozen=True)
class Face:
    """One item of a playlist as the screen's own template takes it."""

    forms: Forms
    text: str
    qr: str
    position: str
    seconds: int
    is_video: bool


def faces_of(items: Iterable[dict[str, Any]]) -> list[Face]:
    return [
        Face(
            Forms(
                language=item["language"],
                headline=item["headline"],
                picture=item["picture"] or {},
            ),
            item["text"],
            item["qr"],
            rules.position(item["picture"]["focus"]) if item["picture"] else "",
            item["seconds"],
            item["video"] is not None,
        )
        for item in items
    ]


def shown_on(screen: Screen) -> list[Any]:
    """Releases this screen has shown, with counts, latest first."""
    after = Count("pk", filter=Q(is_after_withdrawal=True))
    return list(
        Play.objects.filter(screen=screen, release__isnull=False)
        .order_by()
        .values("release", "release__title")
        .annotate(count=Count("pk"), after=after)
        .order_by("-count")[:50]
    )
