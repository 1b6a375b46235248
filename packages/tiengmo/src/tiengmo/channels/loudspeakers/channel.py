"""Village loudspeakers: one signed schedule item for all boxes, proof of play from each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.broadcasting.actions import cancel_playout, plan_playout
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.channels.loudspeakers.trail import HOLDS, may_hold
from tiengmo.channels.registry import DeliveryError, FormProblem, Forms, Outcome, Target
from tiengmo.connectivity.queries import cut_off
from tiengmo.outbox.actions import announce
from tiengmo.places.queries import smallest_unit_containing, villages_in
from tiengmo.releases.models import DeliveryStatus
from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

SHORTEST_SECONDS = 2
LONGEST_SECONDS = 30 * 60
# Longer than the slowest report takes after the window has ended.
GRACE_SECONDS = 90

# What boxes are told of by another road than the schedule (alerts): the release is counted here,
# and played there. By source type, who knows what the play reports of such a release begin with.
_SPOKEN_ELSEWHERE: dict[str, Callable[[Release], str]] = {}


def spoken_elsewhere(source_type: str, reference_of: Callable[[Release], str]) -> None:
    """Register a source of releases that has its own way to the boxes."""
    _SPOKEN_ELSEWHERE[source_type] = reference_of


class Loudspeakers:
    code = "loudspeakers"
    label = gettext_lazy("Loa truyền thanh")

    def targets(self, release: Release) -> list[Target]:
        boxes = (
            Box.objects.filter(village__in=villages_in(release.audience), retired_at=None)
            .exclude(enrolled_at=None)
            .select_related("village")
        )
        return [
            Target(target=box.serial, name=box.name, village=box.village, is_online=box.is_online)
            for box in boxes
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.script.strip() and not forms.sound_duration_ms:
            problems.append(FormProblem("script", _("Loa cần có lời đọc hoặc bản thu âm.")))
        seconds = (forms.sound_duration_ms or 0) / 1000
        if seconds > LONGEST_SECONDS:
            problems.append(
                FormProblem("sound", _("Âm thanh dài quá 30 phút: hãy chia thành nhiều bản tin."))
            )
        if forms.sound_duration_ms is not None and seconds < SHORTEST_SECONDS:
            problems.append(FormProblem("sound", _("Âm thanh ngắn hơn 2 giây.")))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        return render_to_string("channels/loudspeakers/preview.html", {"forms": forms})

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        elsewhere = _SPOKEN_ELSEWHERE.get(release.source_type)
        if elsewhere is not None:
            reference, ends_at = elsewhere(release), release.window_end_at
        else:
            item = self._item(release) or self._plan(release)
            reference = str(item.pk)
            ends_at = item.start_before_at + timedelta(milliseconds=item.duration_ms)
        announce(
            "loudspeakers.close",
            {"release": str(release.pk)},
            due_at=ends_at + timedelta(seconds=GRACE_SECONDS),
            key=f"loudspeakers.close:{release.pk}",
        )
        if elsewhere is not None:
            # Boxes may have played it before anybody counted to whom it goes.
            announce("loudspeakers.catch_up", {"release": str(release.pk)})
        away = {one.village for one in deliveries if not one.was_online and one.village is not None}
        dark = cut_off(away) if away else set()
        return [self._outcome(delivery, reference, dark) for delivery in deliveries]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        item = self._item(release)
        if item is not None:
            cancel_playout(item)
        holding = may_hold(item, deliveries)
        return [self._taken_back(delivery, holding) for delivery in deliveries]

    def _item(self, release: Release) -> PlayoutItem | None:
        return PlayoutItem.objects.filter(release=release).select_related("station").first()

    def _plan(self, release: Release) -> PlayoutItem:
        editions = [
            {
                "language": rendition.language,
                "sha256": rendition.opus_sha256,
                "bytes": rendition.opus_bytes,
                "duration_ms": rendition.sound_duration_ms,
            }
            for rendition in release.renditions.all()
            if rendition.opus_sha256
        ]
        if not editions:
            raise DeliveryError(
                _("Bản tin không có âm thanh cho loa."), permanent=True, reason="sound_missing"
            )
        return plan_playout(
            station=smallest_unit_containing(release.audience),
            title=release.title,
            release=release,
            areas=release.audience,
            editions=editions,
            priority=release.priority,
            start_before_at=release.window_end_at,
        )

    def _outcome(self, delivery: Delivery, reference: str, dark: set[int]) -> Outcome:
        if delivery.was_online:
            return Outcome(delivery, DeliveryStatus.SENDING, reference=reference)
        reason = "cut_off" if delivery.village_id in dark else "box_offline"
        return Outcome(delivery, DeliveryStatus.PENDING, reason=reason, reference=reference)

    def _taken_back(self, delivery: Delivery, holding: set[str]) -> Outcome:
        if delivery.status == DeliveryStatus.DELIVERED:
            # What was heard cannot be unheard; say so instead of claiming it is gone.
            return Outcome(delivery, DeliveryStatus.DELIVERED, reason="already_played")
        if delivery.target in holding:
            # Ordered, and confirmed by the version of the schedule that the box next goes by.
            text = _("Loa chưa báo đã bỏ khỏi lịch.")
            return Outcome(delivery, DeliveryStatus.WITHDRAWN, reason=HOLDS, detail=text)
        return Outcome(delivery, DeliveryStatus.WITHDRAWN)
