"""Lines on the channels page: one for each account that needs somebody, one for all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.health import WARN_AHEAD, Line
from tiengmo.channels.social.models import Account, Connection
from tiengmo.upkeep.registry import Finding

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

EXPIRY = "khoa-mang-xa-hoi"
SLOW_MS = 8000


def facebook_lines() -> list[Line]:
    return _lines(Account.Network.FACEBOOK)


def zalo_lines() -> list[Line]:
    return _lines(Account.Network.ZALO)


def _lines(network: str) -> list[Line]:
    rows = list(
        Connection.objects.filter(account__network=network, is_used=True)
        .exclude(account__status=Account.Status.RETIRED)
        .select_related("account__unit")
        .order_by("account__unit__name", "account__name")
    )
    if not rows:
        return []
    soon = timezone.localdate() + WARN_AHEAD
    own = [one for one in rows if _needs_somebody(one, soon)]
    rest = [one for one in rows if one not in own]
    return [*(_line(one) for one in own), *_together(rest)]


def _needs_somebody(one: Connection, soon: dt.date) -> bool:
    ends = one.credentials_expire_on
    return one.failing_since is not None or (ends is not None and ends <= soon)


def _line(one: Connection) -> Line:
    tested = ""
    if one.tested_at is not None:
        tested = f"{timezone.localtime(one.tested_at):%H:%M %d/%m}: {one.test_result}"
    return Line(
        name=f"{one.account.name} ({one.account.unit.name})",
        state="failing" if one.failing_since is not None else "healthy",
        detail=one.trouble,
        since=one.failing_since,
        expires_on=one.credentials_expire_on,
        url=reverse("social_connection", args=[one.account_id]),
        test_url=reverse("social_test", args=[one.account_id]),
        tested=tested,
    )


def _together(rest: list[Connection]) -> list[Line]:
    lines = []
    trial = sum(one.is_trial for one in rest)
    real = [one for one in rest if not one.is_trial]
    slow = sum((one.answer_ms or 0) > SLOW_MS for one in real)
    url = reverse("social_accounts")
    if real:
        text = ngettext("%(count)d trang khác", "%(count)d trang khác", len(real))
        detail = _("%(count)d trang trả lời chậm") % {"count": slow} if slow else ""
        state = "slow" if slow else "healthy"
        lines.append(Line(text % {"count": len(real)}, state, detail, url=url))
    if trial:
        text = ngettext("%(count)d trang chạy thử", "%(count)d trang chạy thử", trial)
        detail = _("bài ghi ra tệp trên máy chủ, không đăng lên mạng")
        lines.append(Line(text % {"count": trial}, "trial", detail, url=url))
    return lines


def running_out(units: set[int]) -> Iterator[Finding]:
    """Credentials that end within a week, for who keeps the account's unit."""
    soon = timezone.localdate() + WARN_AHEAD
    rows = Connection.objects.filter(
        account__unit__in=units, is_used=True, credentials_expire_on__lte=soon
    ).select_related("account")
    for one in rows.order_by("credentials_expire_on"):
        on = one.credentials_expire_on
        yield Finding(
            kind=EXPIRY,
            ref=f"social:{one.account_id}:{on}",
            unit_id=one.account.unit_id,
            title=one.account.name,
            why=_("Khoá truy cập hết hạn ngày %(on)s") % {"on": f"{on:%d/%m/%Y}" if on else ""},
            url=reverse("social_connection", args=[one.account_id]),
            since=on,
        )
