"""How each channel and each provider behind one is doing: a line each on the channels page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels import registry
from tiengmo.releases.models import Delivery, DeliveryStatus

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from django.utils.functional import Promise

# The order of the page: what needs somebody first.
STATES: dict[str, Promise] = {
    "failing": gettext_lazy("đang lỗi"),
    "slow": gettext_lazy("chậm"),
    "trial": gettext_lazy("chạy thử"),
    "healthy": gettext_lazy("tốt"),
    "idle": gettext_lazy("chưa gửi gì trong 7 ngày"),
    "unused": gettext_lazy("không dùng"),
}
# Credentials that end are announced so long ahead.
WARN_AHEAD = timedelta(days=7)
LOOKED_AT = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One channel, or one provider of it. state: a key of STATES."""

    name: str
    state: str
    detail: str = ""
    since: dt.datetime | None = None
    expires_on: dt.date | None = None
    url: str = ""  # where it is changed
    test_url: str = ""  # POST there proves the credentials
    tested: str = ""

    @property
    def label(self) -> Promise:
        return STATES[self.state]

    @property
    def expires_soon(self) -> bool:
        return self.expires_on is not None and self.expires_on <= (
            timezone.localdate() + WARN_AHEAD
        )

    @property
    def has_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < timezone.localdate()


@dataclass(frozen=True)
class ChannelLines:
    """A channel's own line, and those of what is behind it."""

    own: Line
    behind: list[Line]


_BEHIND: dict[str, Callable[[], Iterable[Line]]] = {}
_ALONE: dict[str, Callable[[], Line]] = {}


def register(channel_code: str, lines: Callable[[], Iterable[Line]]) -> None:
    """Have a channel's providers or accounts shown below it; from an AppConfig's `ready`."""
    _BEHIND[channel_code] = lines


def register_alone(code: str, line: Callable[[], Line]) -> None:
    """Have a line shown of what follows another channel and has no deliveries of its own."""
    _ALONE[code] = line


def board(now: dt.datetime | None = None) -> list[ChannelLines]:
    """Every channel of this installation, and what follows one."""
    now = now or timezone.now()
    channels = [
        ChannelLines(
            _own(channel.code, str(channel.label), now),
            list(_BEHIND[channel.code]()) if channel.code in _BEHIND else [],
        )
        for channel in registry.channels()
    ]
    return channels + [ChannelLines(line(), []) for line in _ALONE.values()]


def expiring() -> list[Line]:
    """What runs out within a week, or has."""
    return [line for lines in _BEHIND.values() for line in lines() if line.expires_soon]


def _own(code: str, name: str, now: dt.datetime) -> Line:
    """From the week's deliveries: failing when nothing arrived since the first of the failures."""
    rows = Delivery.objects.filter(channel=code, updated_at__gt=now - LOOKED_AT)
    failed = Q(status__in=(DeliveryStatus.FAILED_PERMANENTLY, DeliveryStatus.FAILED_TEMPORARILY))
    arrived = Q(status__in=(DeliveryStatus.DELIVERED, DeliveryStatus.SENT))
    last = rows.filter(arrived).aggregate(at=Max("sent_at"))["at"]
    since_then = rows.filter(failed)
    if last is not None:
        since_then = since_then.filter(updated_at__gt=last)
    figures = rows.aggregate(
        all=Count("pk"), arrived=Count("pk", filter=arrived), failed=Count("pk", filter=failed)
    )
    if not figures["all"]:
        return Line(name, "idle")
    first = since_then.aggregate(at=Min("updated_at"))["at"]
    text = ngettext(
        "%(arrived)d trên %(all)d nơi nhận trong 7 ngày",
        "%(arrived)d trên %(all)d nơi nhận trong 7 ngày",
        figures["all"],
    )
    detail = text % figures
    if figures["failed"]:
        detail += ", " + _("%(failed)d không tới") % figures
    if first is not None:
        return Line(name, "failing", detail, since=first)
    return Line(name, "healthy", detail)
