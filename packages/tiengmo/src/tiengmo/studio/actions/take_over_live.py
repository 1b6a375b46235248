from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.kinds import Priority as WirePriority

from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.places.models import Unit
from tiengmo.places.queries import is_within
from tiengmo.releases.models import Priority
from tiengmo.speakers.keys import station_signers
from tiengmo.studio import rules
from tiengmo.studio.errors import AreaTaken, StudioError
from tiengmo.studio.models import EndReason, EventKind, LiveTakeover, Source, StudioEvent
from tiengmo.studio.queries import is_above, takeovers_in

from .finish_takeover import finish_takeover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.people.models import User


def take_over_live(
    station: Unit,
    *,
    by: User,
    areas: Sequence[str],
    priority: str = Priority.ROUTINE,
    title: str,
    reason: str = "",
    source: str = Source.MICROPHONE,
    url: str = "",
    has_jingle: bool = True,
    minutes: int = rules.USUAL_MINUTES,
    displaces: bool = False,
) -> LiveTakeover:
    """Give somebody the loudspeakers of these areas for live sound, from now.

    `displaces`: take them over from a station below that is on air there, which is told so.

    Raises:
        NotAllowed, NoStationKey; AreaTaken when somebody is on air in any of these villages;
        StudioError for what else stands in the way.
    """
    require_role(by, Role.OPERATOR, station)
    if priority not in {Priority.ROUTINE, Priority.PRIORITY}:
        raise StudioError(
            _(
                "Một mình chỉ phát được ở mức thường hoặc ưu tiên. Tin khẩn cấp cần hai người ký: "
                "hãy soạn ở mục cảnh báo, hoặc xin nói khẩn cấp."
            )
        )
    if not is_within(areas, [station.code]):
        raise StudioError(
            _("%(station)s không phụ trách hết các địa bàn đã chọn.") % {"station": station}
        )
    if not title.strip():
        raise StudioError(_("Hãy ghi tên buổi phát."))
    if source == Source.URL and not rules.is_source_address(
        url, may_be_here=settings.STUDIO_SOURCES_HERE
    ):
        raise StudioError(_("Địa chỉ luồng không hợp lệ: %(url)s") % {"url": url[:100]})
    if source == Source.URL and rules.is_srt_without_program(url):
        raise StudioError(_("Máy chủ chưa nhận được SRT: hãy cài gói Debian srt-tools."))
    if not 1 <= minutes <= rules.LONGEST_MINUTES:
        raise StudioError(
            _("Thời lượng phải từ 1 đến %(most)d phút.") % {"most": rules.LONGEST_MINUTES}
        )
    # Better told here than when the voice is already waiting.
    station_signers(station, WirePriority(priority))
    now = timezone.now()
    with transaction.atomic():
        queue()
        held = takeovers_in(areas)
        for other in held:
            if not (displaces and may_displace(station, other)):
                raise area_taken(other, station)
        takeover = LiveTakeover.objects.create(
            station=station,
            areas=list(areas),
            priority=priority,
            title=" ".join(title.split())[:300],
            reason=reason.strip()[:300],
            source=source,
            url=url if source == Source.URL else "",
            has_jingle=has_jingle,
            by=by,
            by_name=by.get_full_name(),
            started_at=now,
            state_at=now,
            until_at=now + timedelta(minutes=minutes),
        )
        for other in held:
            displace(other, takeover, by)
        record(
            "studio.took_over",
            by=by,
            subject=takeover,
            detail={
                "station": station.code,
                "areas": list(areas),
                "priority": priority,
                "source": source,
                "reason": takeover.reason,
                "displaced": [other.pk for other in held],
            },
        )
        # Should the playout process never come back, the row still ends.
        announce("studio.end_due", {"takeover": takeover.pk}, due_at=takeover.until_at)
    return takeover


def queue() -> None:
    """In a transaction: who presses in the same instant takes turns, whatever the stations are."""
    tops = Unit.objects.select_for_update().filter(parent=None).order_by("pk")
    list(tops.values_list("pk", flat=True))


def may_displace(station: Unit, held: LiveTakeover) -> bool:
    """A station above may; but one person does not end what two people began."""
    return held.priority != Priority.EMERGENCY and is_above(station, held.station)


def area_taken(held: LiveTakeover, station: Unit) -> AreaTaken:
    may = may_displace(station, held)
    text = _("%(name)s (%(station)s) đang phát “%(title)s” ở địa bàn này từ %(time)s.") % {
        "name": held.by_name,
        "station": held.station,
        "title": held.title,
        "time": timezone.localtime(held.started_at).strftime("%H:%M:%S"),
    }
    if may:
        text += " " + _("Đài cấp trên có thể tiếp quản; người đang phát sẽ được báo.")
    else:
        text += " " + _("Hãy chờ buổi phát kết thúc hoặc liên hệ người đang phát.")
    return AreaTaken(text, held=held, may_displace=may)


def displace(held: LiveTakeover, takeover: LiveTakeover, by: User) -> None:
    held.displaced_by = takeover
    held.save(update_fields=["displaced_by"])
    finish_takeover(held, by=by, reason=EndReason.TAKEN_OVER)
    StudioEvent.objects.create(
        station=held.station,
        takeover=held,
        kind=EventKind.TAKEN_OVER,
        is_alarm=True,
        detail=f"{takeover.by_name}, {takeover.station}: “{takeover.title}”",
    )
    StudioEvent.objects.create(
        station=takeover.station,
        takeover=takeover,
        kind=EventKind.TOOK_OVER,
        detail=f"{held.by_name}, {held.station}: “{held.title}”",
    )
