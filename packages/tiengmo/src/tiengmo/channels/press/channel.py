"""The press: its public page from the embargo's end on, and a letter to each journalist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.press.listening import tell_published
from tiengmo.channels.press.models import Letter, Outlet
from tiengmo.channels.press.queries import ABOUT, CHANNEL, TOLD, accredited, told_of
from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.releases.actions import record_receipt
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

LONGEST_HEADLINE = 120
OUTLET = "outlet-"
GONE = "letters_gone"


class Press:
    code = CHANNEL
    label = gettext_lazy("Báo chí")

    def targets(self, release: Release) -> list[Target]:
        """The press page, and every outlet that somebody is accredited of or was told as."""
        outlets = set(accredited().values_list("outlet", flat=True))
        if release.replaces is not None:
            outlets |= set(told_of(release.replaces).values_list("outlet", flat=True))
        return [
            Target(target=release.slug, name=str(_("Trang báo chí")), is_online=True),
            *(
                Target(target=f"{OUTLET}{one.pk}", name=one.name)
                for one in Outlet.objects.filter(pk__in=outlets - {None})
            ),
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.headline.strip():
            problems.append(FormProblem("headline", _("Thông cáo báo chí cần có tiêu đề.")))
        if len(forms.headline) > LONGEST_HEADLINE:
            problems.append(FormProblem("headline", _("Tiêu đề dài quá 120 ký tự.")))
        if not strip_tags(forms.body_html).strip():
            problems.append(FormProblem("body", _("Thông cáo báo chí cần có nội dung bài.")))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        count = accredited().filter(bounced_at=None).count()
        return render_to_string("channels/press/preview.html", {"forms": forms, "count": count})

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        tell_published(release)
        outcomes = []
        for delivery in deliveries:
            if delivery.target.startswith(OUTLET):
                outcomes.append(standing_of(release, delivery))
                continue
            record_receipt(
                delivery,
                key=f"press:{release.pk}",
                kind="published",
                at=timezone.now(),
                method="no household claim",
            )
            outcomes.append(Outcome(delivery, DeliveryStatus.DELIVERED, reference=release.slug))
        return outcomes

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """The page is down already; a letter in a mailbox does not come back."""
        outcomes = []
        for delivery in deliveries:
            out = _letters(release, delivery).filter(state__in=TOLD).count()
            if not delivery.target.startswith(OUTLET) or not out:
                detail = release.withdrawal_reason
                outcomes.append(Outcome(delivery, DeliveryStatus.WITHDRAWN, detail=detail))
                continue
            told = ngettext(
                "Thư đã tới %(count)d nhà báo, không thu lại được: đang gửi thư báo gỡ.",
                "Thư đã tới %(count)d nhà báo, không thu lại được: đang gửi thư báo gỡ.",
                out,
            )
            detail = told % {"count": out}
            outcomes.append(Outcome(delivery, delivery.status, reason=GONE, detail=detail))
        return outcomes

    def summary(self, release: Release) -> str:
        """One line for the release's page."""
        rows = Letter.objects.filter(release=release, kind__in=ABOUT)
        sent = rows.filter(state=Letter.State.SENT).values("journalist").distinct().count()
        outlets = (
            rows.filter(state=Letter.State.SENT).aggregate(
                count=Count("journalist__outlet", distinct=True)
            )["count"]
            or 0
        )
        text = ngettext(
            "Đã gửi thư cho %(sent)d nhà báo của %(outlets)d cơ quan báo chí.",
            "Đã gửi thư cho %(sent)d nhà báo của %(outlets)d cơ quan báo chí.",
            sent,
        )
        return text % {"sent": sent, "outlets": outlets}


def standing_of(release: Release, delivery: Delivery) -> Outcome:
    """What the letters to one outlet have come to."""
    kinds = (Letter.Kind.NEWS, Letter.Kind.CORRECTION)
    states = dict(
        _letters(release, delivery)
        .filter(kind__in=kinds)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    waiting = states.get(Letter.State.WAITING, 0) + states.get(Letter.State.SENDING, 0)
    sent = states.get(Letter.State.SENT, 0)
    if waiting and not settings.EMAIL_URL:
        return Outcome(delivery, DeliveryStatus.PENDING, reason="no_mail")
    if waiting:
        return Outcome(delivery, DeliveryStatus.SENDING)
    if sent:
        text = ngettext(
            "Máy chủ thư đã nhận %(count)d thư.", "Máy chủ thư đã nhận %(count)d thư.", sent
        )
        return Outcome(delivery, DeliveryStatus.DELIVERED, detail=text % {"count": sent})
    if states.get(Letter.State.IN_DOUBT):
        return Outcome(delivery, DeliveryStatus.IN_DOUBT, reason="in_doubt")
    detail = _("Không thư nào tới được cơ quan này.")
    return Outcome(delivery, DeliveryStatus.FAILED_PERMANENTLY, reason="error", detail=detail)


def _letters(release: Release, delivery: Delivery) -> QuerySet[Letter]:
    outlet = delivery.target.removeprefix(OUTLET)
    rows = Letter.objects.filter(release=release, kind__in=ABOUT)
    return rows.filter(journalist__outlet=outlet) if outlet.isdigit() else rows.none()
