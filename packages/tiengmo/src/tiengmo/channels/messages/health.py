"""A line for each provider on the channels page, and what runs out for the page of old things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.health import WARN_AHEAD, Line
from tiengmo.channels.messages.models import Message, Provider
from tiengmo.channels.messages.providers import FORMS
from tiengmo.places.queries import top_units
from tiengmo.upkeep.registry import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPIRY = "khoa-ket-noi"
SLOW_MS = 3000


def lines() -> list[Line]:
    return [_line(provider) for provider in Provider.objects.all()]


def _line(provider: Provider) -> Line:
    state, detail = _state(provider)
    tested = ""
    if provider.tested_at is not None:
        at = f"{timezone.localtime(provider.tested_at):%H:%M %d/%m}"
        tested = f"{at}: {provider.test_result}"
    return Line(
        name=provider.name,
        state=state,
        detail=detail,
        since=provider.failing_since if state == "failing" else None,
        expires_on=provider.credentials_expire_on,
        url=reverse("texts_provider", args=[provider.pk]),
        test_url=reverse("texts_provider_test", args=[provider.pk]),
        tested=tested,
    )


def _state(provider: Provider) -> tuple[str, str]:
    form = FORMS.get(provider.form)
    if provider.failing_since is not None:
        return "failing", provider.trouble
    if not provider.is_used:
        return "unused", ""
    waiting = Message.objects.filter(Q(provider=provider) | Q(provider=None))
    if form is not None:
        waiting = waiting.filter(via=form.via)
    count = waiting.filter(state=Message.State.WAITING).count()
    text = ngettext("%(count)d tin chờ gửi", "%(count)d tin chờ gửi", count) % {"count": count}
    if form is not None and not form.is_real:
        return "trial", f"{form.label}; {text}"
    if provider.answer_ms is None:
        return "healthy", text
    detail = f"{text}; " + _("trả lời trong %(ms)d ms") % {"ms": provider.answer_ms}
    return ("slow" if provider.answer_ms > SLOW_MS else "healthy"), detail


def running_out(units: set[int]) -> Iterator[Finding]:
    """Credentials that end within a week, for who keeps the whole locality."""
    tops = [unit for unit in top_units() if unit.pk in units]
    if not tops:
        return
    soon = timezone.localdate() + WARN_AHEAD
    rows = Provider.objects.filter(credentials_expire_on__lte=soon)
    for provider in rows.order_by("credentials_expire_on"):
        on = provider.credentials_expire_on
        yield Finding(
            kind=EXPIRY,
            ref=f"texts:{provider.pk}:{on}",
            unit_id=tops[0].pk,
            title=provider.name,
            why=_("Khoá truy cập hết hạn ngày %(on)s") % {"on": f"{on:%d/%m/%Y}" if on else ""},
            url=reverse("texts_provider", args=[provider.pk]),
            since=on,
        )
