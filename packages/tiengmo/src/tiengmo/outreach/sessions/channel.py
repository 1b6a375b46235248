"""Propagandist teams as a channel: a village each, and what a team needs to speak about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.channels.targets import every_village
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.receipts import CHANNEL, NOT_TOLD, TOLD
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release


class Teams:
    code = CHANNEL
    label = gettext_lazy("Tổ tuyên truyền, tuyên vận")

    def targets(self, release: Release) -> list[Target]:
        return every_village(release)

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.headline.strip():
            problems.append(FormProblem("headline", _("Tổ tuyên vận cần tiêu đề bản tin.")))
        if not points(forms.short_text, forms.summary):
            text = _("Tổ tuyên vận cần tóm tắt hoặc tin rút gọn để nói với bà con.")
            problems.append(FormProblem("summary", text))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        text = points(forms.short_text, forms.summary)
        return render_to_string("sessions/preview.html", {"forms": forms, "text": text})

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Nothing moves by itself: teams find it on their phones, and write down when they went."""
        del release
        return [
            Outcome(delivery, DeliveryStatus.PENDING, reason=NOT_TOLD) for delivery in deliveries
        ]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        told = set(
            Session.objects.filter(
                release=release, withdrawn_at=None, is_after_withdrawal=False
            ).values_list("village_id", flat=True)
        )
        text = _("Đã nói với bà con: tổ tuyên vận cần báo lại.")
        return [
            # Its status stands: what was said was said.
            Outcome(delivery, delivery.status, reason=TOLD, detail=text)
            if delivery.village_id in told
            else Outcome(delivery, DeliveryStatus.WITHDRAWN)
            for delivery in deliveries
        ]

    def summary(self, release: Release) -> str:
        """One line for the release's page: how many sessions, how many people."""
        rows = Session.objects.filter(release=release, withdrawn_at=None)
        people = sum(rows.values_list("headcount", flat=True))
        text = ngettext(
            "%(sessions)d buổi, %(people)d người dự ở %(villages)d thôn.",
            "%(sessions)d buổi, %(people)d người dự ở %(villages)d thôn.",
            rows.count(),
        )
        villages = rows.order_by().values("village").distinct().count()
        return text % {"sessions": rows.count(), "people": people, "villages": villages}


def points(short_text: str, summary: str) -> str:
    """What a team has in hand when it speaks: the summary, else the short text."""
    return summary.strip() or short_text.strip()
