"""Notices in browsers: a delivery for every village where some asked, a notice for each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.messages.sending.quiet import NEWS_URGENCY, Quiet
from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.channels.web_push import rules
from tiengmo.channels.web_push.composing import HAD_IT, TOLD
from tiengmo.channels.web_push.models import Browser, Notice
from tiengmo.channels.web_push.posting import post_soon
from tiengmo.channels.web_push.receipts import GONE, counts_of
from tiengmo.channels.wishes import wanting
from tiengmo.foundation.copying_rows import insert_from
from tiengmo.places.models import Village
from tiengmo.places.queries import villages_in
from tiengmo.releases.models import Delivery, DeliveryStatus, Priority

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Release

CHANNEL = "web_push"
# News of yesterday is not worth a notice.
STAYS_NEWS = timedelta(hours=24)


def has_browsers(area_codes: Iterable[str]) -> bool:
    return Browser.objects.filter(village__in=villages_in(list(area_codes))).exists()


class WebPush:
    code = CHANNEL
    label = gettext_lazy("Thông báo trên trình duyệt")

    def targets(self, release: Release) -> list[Target]:
        asked = Browser.objects.filter(village__in=villages_in(release.audience))
        # Who was told what was wrong is told what is right, whatever the new audience.
        told = Browser.objects.filter(pk__in=_told(release))
        ids = {
            village
            for rows in (asked, told)
            for village in rows.order_by().values_list("village", flat=True).distinct()
        }
        return [
            Target(target=village.code, name=village.name, village=village)
            for village in Village.objects.filter(pk__in=ids).order_by("code")
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        if not forms.headline.strip():
            return [FormProblem("headline", _("Thông báo cần có tiêu đề."))]
        return []

    def preview(self, forms: Forms) -> SafeString:
        return render_to_string(
            "channels/web_push/preview.html",
            {
                "title": rules.shortened(forms.headline, rules.LONGEST_TITLE),
                "body": rules.shortened(forms.short_text or forms.summary, rules.LONGEST_BODY),
                "now": timezone.localtime(),
            },
        )

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Write a notice for each browser, once however often this runs."""
        villages = [one.village_id for one in deliveries if one.village_id is not None]
        here = Browser.objects.filter(village__in=villages)
        # A village where somebody had what was wrong need not be in the new audience.
        meant = wanting(here.filter(village__in=villages_in(release.audience)), release)
        self._write(meant, release)
        self._write(here.filter(pk__in=_told(release)), release)
        post_soon()
        rows = Notice.objects.filter(delivery__in=deliveries, kind=Notice.Kind.NEWS)
        told = set(rows.order_by().values_list("delivery", flat=True).distinct())
        quiet = Quiet()
        return [
            self._outcome(release, one, quiet, is_empty=one.pk not in told) for one in deliveries
        ]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Stop what waits; where it was shown, a notice that it is withdrawn takes its place."""
        cancel(release)
        if release.status == release.Status.WITHDRAWN:
            _take_the_place(release)
        return [self._taken_back(release, one) for one in deliveries]

    def summary(self, release: Release) -> str:
        """One line for the release's page."""
        rows = Notice.objects.filter(release=release, kind=Notice.Kind.NEWS)
        text = ngettext(
            "Đã hiện trên %(shown)d trên %(all)d trình duyệt đăng ký.",
            "Đã hiện trên %(shown)d trên %(all)d trình duyệt đăng ký.",
            count := rows.count(),
        )
        return text % {"shown": rows.filter(state=Notice.State.SHOWN).count(), "all": count}

    def _write(self, browsers: QuerySet[Browser], release: Release) -> None:
        """A notice for each of them, by the database itself: they may be fifty thousand."""
        now = timezone.now()
        is_emergency = release.priority == Priority.EMERGENCY
        expires_at = now + STAYS_NEWS
        if is_emergency:
            # A warning that is over warns nobody.
            expires_at = min(expires_at, max(release.window_end_at, now + timedelta(minutes=10)))
        of_village = Delivery.objects.filter(
            release=release, channel=self.code, village=OuterRef("village")
        )
        insert_from(
            browsers,
            Notice,
            browser=F("pk"),
            village=F("village"),
            kind=Notice.Kind.NEWS,
            release=release.pk,
            delivery=Subquery(of_village.values("pk")[:1]),
            urgency=0 if is_emergency else NEWS_URGENCY,
            due_at=now,
            expires_at=expires_at,
        )

    def _outcome(
        self, release: Release, delivery: Delivery, quiet: Quiet, *, is_empty: bool
    ) -> Outcome:
        if is_empty:
            detail = _("Không máy nào ở thôn này chọn chuyên mục của tin.")
            return Outcome(delivery, DeliveryStatus.CANCELLED, detail=detail)
        village = delivery.village
        if (
            release.priority != Priority.EMERGENCY
            and village is not None
            and quiet.holds(village.unit)
        ):
            return Outcome(delivery, DeliveryStatus.PENDING, reason="quiet_hours")
        return Outcome(delivery, DeliveryStatus.SENDING)

    def _taken_back(self, release: Release, delivery: Delivery) -> Outcome:
        counts = counts_of(delivery)
        out = sum(counts.get(state, 0) for state in TOLD)
        if not out:
            return Outcome(delivery, DeliveryStatus.WITHDRAWN)
        if release.status == release.Status.WITHDRAWN:
            text = _("Thông báo đã tới %(out)d máy: báo gỡ đang thay chỗ nó.")
        else:
            text = _("Thông báo đã tới %(out)d máy: bản đính chính thay chỗ nó.")
        return Outcome(delivery, delivery.status, reason=GONE, detail=text % {"out": out})


def cancel(release: Release) -> None:
    """Nobody is still sent what waits of this release."""
    Notice.objects.filter(
        release=release, kind=Notice.Kind.NEWS, state=Notice.State.WAITING
    ).update(state=Notice.State.CANCELLED, ended_at=timezone.now())


def _take_the_place(release: Release) -> None:
    now = timezone.now()
    had_it = Notice.objects.filter(
        HAD_IT, release=release, kind=Notice.Kind.NEWS, browser__isnull=False
    )
    if insert_from(
        had_it,
        Notice,
        browser=F("browser"),
        village=F("village"),
        kind=Notice.Kind.WITHDRAWAL,
        release=release.pk,
        delivery=F("delivery"),
        urgency=1,
        due_at=now,
        expires_at=now + STAYS_NEWS,
    ):
        post_soon()


def _told(release: Release) -> QuerySet[Notice, object]:
    """Browsers that had what this release corrects."""
    return (
        Notice.objects.filter(
            HAD_IT,
            release=release.replaces_id,
            release__isnull=False,
            kind=Notice.Kind.NEWS,
            browser__isnull=False,
        )
        .order_by()
        .values_list("browser", flat=True)
    )
