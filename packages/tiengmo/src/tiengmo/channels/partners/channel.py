"""Other systems: a delivery for every partner with a subscription, a push for each of those."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.partners.feeds import body_of, cleaned
from tiengmo.channels.partners.listening import bury_where_it_is, cancel
from tiengmo.channels.partners.models import Item, Partner, Push
from tiengmo.channels.partners.posting import post_soon
from tiengmo.channels.partners.queries import CHANNEL, subscriptions_on, takes, told_of
from tiengmo.channels.partners.rules import Topic
from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from tiengmo.channels.partners.models import Subscription
    from tiengmo.releases.models import Delivery, Release

# News of yesterday is fetched from the feed, which has the newest fifty.
STAYS_NEWS = timedelta(hours=24)
HOLDS = "partner_holds"


class Partners:
    code = CHANNEL
    label = gettext_lazy("Hệ thống bạn (cổng tỉnh, báo, cổng thông tin nguồn)")

    def targets(self, release: Release) -> list[Target]:
        ids = {one.partner_id for one in _takers(release)}
        # Who was told what was wrong is told what is right, whatever feed that is in.
        ids |= set(told_of(release).values_list("partner", flat=True))
        return [
            Target(target=str(one.pk), name=name_of(one))
            for one in Partner.objects.filter(pk__in=ids)
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.headline.strip():
            problems.append(FormProblem("headline", _("Hệ thống bạn cần tin có tiêu đề.")))
        if not forms.body_html.strip():
            problems.append(FormProblem("body", _("Hệ thống bạn cần tin có nội dung bài.")))
        for field, text in (("headline", forms.headline), ("body", forms.body_html)):
            if cleaned(text) != text:
                message = _("Có ký tự điều khiển mà nguồn tin không mang được: hãy gõ lại chỗ đó.")
                problems.append(FormProblem(field, message))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        # Cleaned by the newsroom before it comes here, and written anew by lxml.
        body = mark_safe(body_of(forms.body_html, settings.PUBLIC_URL))  # noqa: S308
        context = {"forms": forms, "body": body, "now": timezone.localtime()}
        return render_to_string("channels/partners/preview.html", context)

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Write a push for each subscription, once however often this runs."""
        if not Item.objects.filter(release=release, gone_at=None).exists():
            # Replaced or buried meanwhile: nobody is told what is not true any more.
            return [Outcome(one, DeliveryStatus.CANCELLED) for one in deliveries]
        by_partner = {one.target: one for one in deliveries}
        now = timezone.now()
        wanted = {one.pk: one for one in (*_takers(release), *told_of(release))}
        Push.objects.bulk_create(
            [
                Push(
                    subscription=one,
                    kind=Push.Kind.NEWS,
                    release=release,
                    delivery=by_partner[str(one.partner_id)],
                    due_at=now,
                    expires_at=now + STAYS_NEWS,
                )
                for one in wanted.values()
                if str(one.partner_id) in by_partner
            ],
            ignore_conflicts=True,
        )
        post_soon()
        have = set(Push.objects.filter(delivery__in=deliveries).values_list("delivery", flat=True))
        return [self._outcome(one, has_pushes=one.pk in have) for one in deliveries]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Stop what waits; whoever has it is sent its tombstone, and says by a 2xx that it came."""
        cancel(release.pk)
        if release.status == release.Status.WITHDRAWN:
            bury_where_it_is(release)
        having = set(told_of(release).values_list("partner", flat=True))
        return [
            self._taken_back(release, one, is_out=int(one.target) in having) for one in deliveries
        ]

    def summary(self, release: Release) -> str:
        """One line for the release's page."""
        rows = release.deliveries.filter(channel=CHANNEL)
        return _("%(came)d trên %(all)d hệ thống bạn trả lời đã nhận.") % {
            "came": rows.filter(status=DeliveryStatus.DELIVERED).count(),
            "all": rows.count(),
        }

    def _outcome(self, delivery: Delivery, *, has_pushes: bool) -> Outcome:
        if has_pushes:
            return Outcome(delivery, DeliveryStatus.SENDING)
        detail = _("Hệ thống bạn đã thôi đăng ký trước khi tin đi.")
        return Outcome(delivery, DeliveryStatus.CANCELLED, detail=detail)

    def _taken_back(self, release: Release, delivery: Delivery, *, is_out: bool) -> Outcome:
        if not is_out:
            return Outcome(delivery, DeliveryStatus.WITHDRAWN)
        if release.status != release.Status.WITHDRAWN:
            return Outcome(delivery, delivery.status, detail=_("Bản đính chính thay thế tin này."))
        detail = _("Đã gửi lệnh gỡ, chờ hệ thống bạn trả lời đã nhận.")
        return Outcome(delivery, delivery.status, reason=HOLDS, detail=detail)


def name_of(partner: Partner) -> str:
    """As every page calls it: what is on trial says so."""
    return _("%(name)s (chạy thử)") % {"name": partner.name} if partner.is_trial else partner.name


def _takers(release: Release) -> list[Subscription]:
    rows = list(subscriptions_on())
    good = {key for key in {one.topic for one in rows} if takes(Topic(key), release)}
    return [one for one in rows if one.topic in good]
