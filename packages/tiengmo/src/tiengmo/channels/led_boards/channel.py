"""Text-only LED boards: the headline as a running line, on the boxes' own signed link."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.led_boards import rules
from tiengmo.channels.led_boards.models import BoardLine
from tiengmo.channels.led_boards.publishing import publish
from tiengmo.channels.led_boards.trail import CHANNEL, HOLDS, may_hold
from tiengmo.channels.registry import DeliveryError, FormProblem, Forms, Outcome, Target
from tiengmo.outbox.actions import announce
from tiengmo.places.queries import smallest_unit_containing, villages_in
from tiengmo.releases.models import DeliveryStatus
from tiengmo.speakers.errors import NoStationKey
from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

CLOSE = "led_boards.close"
# A box that was away brings its proof when it comes back: the count stays open for it.
GRACE = timedelta(hours=1)


class LedBoards:
    code = CHANNEL
    label = gettext_lazy("Bảng chữ điện tử")
    # It goes on running until it is taken down: a newer version replaces it.
    keeps_showing = True

    def targets(self, release: Release) -> list[Target]:
        boxes = Box.objects.filter(
            village__in=villages_in(release.audience), retired_at=None
        ).exclude(board="")
        return [
            Target(target=box.serial, name=box.name, village=box.village, is_online=box.is_online)
            for box in boxes.select_related("village")
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not rules.clean(forms.headline):
            problems.append(FormProblem("headline", _("Bảng chữ cần có tiêu đề.")))
        over = len(rules.line_of(forms.headline, forms.short_text)) - rules.LONGEST_LINE
        if over > 0:
            text = _(
                "Dòng chữ trên bảng (tiêu đề và tin rút gọn) dài nhất %(most)d ký tự: "
                "thừa %(over)d."
            )
            field = "short_text" if forms.short_text.strip() else "headline"
            problems.append(FormProblem(field, text % {"most": rules.LONGEST_LINE, "over": over}))
        for field in ("headline", "short_text"):
            if rules.has_hidden(getattr(forms, field)):
                text = _(
                    "Có ký tự ẩn (thường do chép từ nơi khác): bảng chữ sẽ bỏ đi. "
                    "Hãy gõ lại đoạn này."
                )
                problems.append(FormProblem(field, text))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        line = rules.line_of(forms.headline, forms.short_text)
        return render_to_string(
            "channels/led_boards/preview.html",
            {"line": line, "seconds": max(8, len(line) // 10 + 4), "count": len(line)},
        )

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        line = self._line(release)
        announce(
            CLOSE,
            {"release": str(release.pk)},
            due_at=release.window_end_at + GRACE,
            key=f"{CLOSE}:{release.pk}",
        )
        try:
            publish(line.station)
        except NoStationKey as error:
            return [
                Outcome(one, DeliveryStatus.PENDING, reason="no_board_key", detail=str(error))
                for one in deliveries
            ]
        return [self._outcome(one) for one in deliveries]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        line = BoardLine.objects.filter(release=release).select_related("station").first()
        holding = may_hold(line, deliveries)
        if line is not None and line.withdrawn_at is None:
            line.withdrawn_at = timezone.now()
            line.save(update_fields=["withdrawn_at"])
            try:
                publish(line.station)
            except NoStationKey as error:
                if line.first_version is not None:
                    # Signed once and standing there: without a key nobody can take it down.
                    raise DeliveryError(
                        str(error), permanent=False, reason="no_board_key"
                    ) from error
        return [self._taken_back(one, holding) for one in deliveries]

    def _line(self, release: Release) -> BoardLine:
        editions = [
            {
                "language": rendition.language,
                "text": rules.line_of(rendition.headline, rendition.short_text)[
                    : rules.LONGEST_LINE
                ].strip(),
            }
            for rendition in release.renditions.all()
        ]
        editions = [one for one in editions if one["text"]]
        if not editions:
            raise DeliveryError(_("Bản tin không có tiêu đề cho bảng chữ."), permanent=True)
        is_routine = release.priority == "routine"
        line, _is_new = BoardLine.objects.get_or_create(
            release=release,
            defaults={
                "station": smallest_unit_containing(release.audience),
                "areas": list(release.audience),
                "editions": editions,
                "hours": rules.DAYTIME if is_routine else [],
                # An emergency takes the boards as an alert, by two people's signatures.
                "priority": "routine" if is_routine else "priority",
                "start_at": release.released_at or timezone.now(),
                "until_at": release.window_end_at,
            },
        )
        return line

    def _outcome(self, delivery: Delivery) -> Outcome:
        if delivery.was_online:
            return Outcome(delivery, DeliveryStatus.SENDING)
        return Outcome(delivery, DeliveryStatus.PENDING, reason="box_offline")

    def _taken_back(self, delivery: Delivery, holding: set[str]) -> Outcome:
        if delivery.target in holding:
            text = _("Bảng chữ chưa báo đã gỡ.")
            return Outcome(delivery, delivery.status, reason=HOLDS, detail=text)
        return Outcome(delivery, DeliveryStatus.WITHDRAWN)
