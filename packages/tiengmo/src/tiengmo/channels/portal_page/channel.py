"""The portal page: citizens read, listen and share it. It claims no households by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.releases.actions import record_receipt
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

LONGEST_HEADLINE = 120


class PortalPage:
    code = "portal"
    label = gettext_lazy("Cổng thông tin điện tử")

    def targets(self, release: Release) -> list[Target]:
        return [Target(target=release.slug, name=str(self.label), is_online=True)]

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.headline.strip():
            problems.append(FormProblem("headline", _("Trang cổng thông tin cần có tiêu đề.")))
        if len(forms.headline) > LONGEST_HEADLINE:
            problems.append(FormProblem("headline", _("Tiêu đề dài quá 120 ký tự.")))
        if not forms.body_html.strip():
            problems.append(FormProblem("body", _("Trang cổng thông tin cần có nội dung bài.")))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        return render_to_string("channels/portal_page/preview.html", {"forms": forms})

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        # The page is served from the frozen rendition as soon as this delivery says so.
        for delivery in deliveries:
            record_receipt(
                delivery,
                key=f"portal:{release.pk}",
                kind="published",
                at=timezone.now(),
                method="no household claim",
            )
        return [Outcome(d, DeliveryStatus.DELIVERED, reference=release.slug) for d in deliveries]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        return [
            Outcome(d, DeliveryStatus.WITHDRAWN, detail=release.withdrawal_reason)
            for d in deliveries
        ]
