"""Screens: every one in the area is given a card, and proves each showing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.channels.screens import rules
from tiengmo.channels.screens.beats import beat
from tiengmo.channels.screens.cards import below, freeze, qr_of, text_of
from tiengmo.channels.screens.models import Play, Screen
from tiengmo.channels.screens.placing import screens_in
from tiengmo.channels.screens.playlists import CHANNEL
from tiengmo.channels.screens.queries import is_alive
from tiengmo.outbox.actions import announce
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

CLOSE = "screens.close"
# A screen that was away brings its plays when it comes back: the count stays open for them.
GRACE = timedelta(hours=1)


class Screens:
    code = CHANNEL
    label = gettext_lazy("Màn hình")
    # What has arrived there is shown again and again: a newer version takes it down.
    keeps_showing = True
    # What the editor's counters say while somebody writes for this channel.
    longest = {"headline": rules.LONGEST_HEADLINE}

    def targets(self, release: Release) -> list[Target]:
        now = timezone.now()
        return [
            Target(
                target=str(screen.pk),
                name=screen.name,
                village=screen.village,
                is_online=is_alive(screen, now),
            )
            for screen in screens_in(release.audience)
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.headline.strip():
            problems.append(FormProblem("headline", _("Màn hình cần có tiêu đề.")))
        over = len(forms.headline.strip()) - rules.LONGEST_HEADLINE
        if over > 0:
            text = _("Tiêu đề trên màn hình dài nhất %(most)d ký tự: thừa %(over)d.")
            problems.append(
                FormProblem("headline", text % {"most": rules.LONGEST_HEADLINE, "over": over})
            )
        if not text_of(forms.short_text, forms.summary):
            text = _(
                "Màn hình cần tin rút gọn, hoặc tóm tắt không quá %(most)d ký tự, "
                "để đặt dưới tiêu đề."
            )
            problems.append(FormProblem("short_text", text % {"most": rules.LONGEST_TEXT}))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        return render_to_string(
            "channels/screens/preview.html",
            {
                "forms": forms,
                "text": below(forms.headline, forms.short_text, forms.summary),
                "qr": qr_of("https://example.vn/tin/"),
                "now": timezone.localtime(),
                "position": rules.position(rules.focus_of(forms.picture.get("focus"))),
            },
        )

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        freeze(release)
        self._wake(deliveries)
        announce(
            CLOSE,
            {"release": str(release.pk)},
            due_at=release.window_end_at + GRACE,
            key=f"{CLOSE}:{release.pk}",
        )
        return [self._outcome(delivery) for delivery in deliveries]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        self._wake(deliveries)
        holding = {
            str(screen.pk)
            for screen in self._screens(deliveries)
            if str(release.pk) in screen.holds
        }
        return [self._taken_back(delivery, holding) for delivery in deliveries]

    def summary(self, release: Release) -> str:
        """One line for the release's page: how often it was shown, and where it still lies."""
        plays = Play.objects.filter(release=release)
        count, screens = plays.count(), plays.values("screen").distinct().count()
        parts = [
            ngettext("Đã chiếu %(plays)d lượt", "Đã chiếu %(plays)d lượt", count) % {"plays": count}
            + " "
            + ngettext("trên %(screens)d màn hình.", "trên %(screens)d màn hình.", screens)
            % {"screens": screens}
        ]
        after = plays.filter(is_after_withdrawal=True).count()
        if after:
            parts.append(
                ngettext(
                    "%(plays)d lượt sau khi gỡ, trên màn hình lúc đó mất mạng.",
                    "%(plays)d lượt sau khi gỡ, trên màn hình lúc đó mất mạng.",
                    after,
                )
                % {"plays": after}
            )
        return " ".join(parts)

    def _screens(self, deliveries: Iterable[Delivery]) -> list[Screen]:
        return list(Screen.objects.filter(pk__in=[delivery.target for delivery in deliveries]))

    def _wake(self, deliveries: Iterable[Delivery]) -> None:
        beat({screen.unit_id for screen in self._screens(deliveries)})

    def _outcome(self, delivery: Delivery) -> Outcome:
        if delivery.was_online:
            return Outcome(delivery, DeliveryStatus.SENDING)
        return Outcome(delivery, DeliveryStatus.PENDING, reason="screen_offline")

    def _taken_back(self, delivery: Delivery, holding: set[str]) -> Outcome:
        if delivery.target in holding:
            # Out there until the screen itself says that it let go.
            return Outcome(
                delivery,
                delivery.status,
                reason="screen_holds",
                detail=_("Màn hình chưa báo đã gỡ."),
            )
        return Outcome(delivery, DeliveryStatus.WITHDRAWN)
