"""A line for each partner on the channels page."""

from __future__ import annotations

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.health import Line
from tiengmo.channels.partners.channel import name_of
from tiengmo.channels.partners.models import Partner, Subscription

SLOW_MS = 3000


def lines() -> list[Line]:
    """Whether it answers, how many feeds it takes, and until when."""
    on = Q(
        subscriptions__state=Subscription.State.ACTIVE,
        subscriptions__lease_until__gt=timezone.now(),
    )
    rows = Partner.objects.annotate(
        count=Count("subscriptions", filter=on), until=Min("subscriptions__lease_until", filter=on)
    )
    return [_line(one) for one in rows]


def _line(one: Partner) -> Line:
    state, detail = _state(one)
    tested = ""
    if one.tested_at is not None:
        tested = f"{timezone.localtime(one.tested_at):%H:%M %d/%m}: {one.test_result}"
    return Line(
        name=name_of(one),
        state=state,
        detail=detail,
        since=one.failing_since if state == "failing" else None,
        expires_on=one.ends_on,
        url=reverse("partners_partner", args=[one.pk]),
        test_url=reverse("partners_test", args=[one.pk]),
        tested=tested,
    )


def _state(one: Partner) -> tuple[str, str]:
    count: int = one.count  # type: ignore[attr-defined]
    if not one.is_used:
        return "unused", ""
    if one.failing_since is not None:
        return "failing", one.trouble
    if one.is_trial:
        return "trial", _("tin ghi ra tệp trên máy chủ, không gửi cho ai")
    if not count:
        return "idle", _("chưa đăng ký nguồn tin nào")
    text = ngettext("%(count)d nguồn tin đang nhận", "%(count)d nguồn tin đang nhận", count)
    detail = text % {"count": count} + _(", sớm nhất hết hạn %(at)s") % {
        "at": f"{timezone.localtime(one.until):%H:%M %d/%m}"  # type: ignore[attr-defined]
    }
    is_slow = one.answer_ms is not None and one.answer_ms > SLOW_MS
    if is_slow:
        detail += "; " + _("trả lời trong %(ms)d ms") % {"ms": one.answer_ms}
    return ("slow" if is_slow else "healthy"), detail
