from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.places.queries import is_within
from tiengmo.speakers.gateway.database import wake_gateway
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import Relay, RelayFallback, RelayHours, RelaySource
from tiengmo.studio.queries import quiet_hours_in
from tiengmo.studio.rules import (
    Hours,
    is_source_address,
    is_srt_without_program,
    minutes_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.people.models import User
    from tiengmo.voices.models import Sound


def save_relay(
    relay: Relay, *, by: User, hours: Sequence[Hours], fallback: Sequence[Sound]
) -> Relay:
    """Keep a relay with its hours and its fallback, new or changed.

    Raises:
        NotAllowed; StudioError with what is wrong, quiet hours among it.
    """
    require_role(by, Role.OPERATOR, relay.station)
    _check(relay, hours)
    with transaction.atomic():
        is_new = relay.pk is None
        relay.changed_at = timezone.now()
        if relay.source == RelaySource.URL:
            relay.upstream = None
        else:
            relay.url = ""
        relay.save()
        relay.hours.all().delete()
        RelayHours.objects.bulk_create(
            RelayHours(relay=relay, days=sorted(own.days), starts=own.starts, ends=own.ends)
            for own in hours
        )
        relay.fallbacks.all().delete()
        RelayFallback.objects.bulk_create(
            RelayFallback(relay=relay, sound=sound, position=number)
            for number, sound in enumerate(fallback)
        )
        record(
            "studio.relay_made" if is_new else "studio.relay_changed",
            by=by,
            subject=relay,
            detail={
                "station": relay.station.code,
                "source": relay.url or getattr(relay.upstream, "code", ""),
                "hours": [
                    f"{sorted(own.days)} {own.starts:%H:%M}-{own.ends:%H:%M}" for own in hours
                ],
                "is_enabled": relay.is_enabled,
                "fallback": [sound.pk for sound in fallback],
            },
        )
        wake_gateway()
    return relay


def _check(relay: Relay, hours: Sequence[Hours]) -> None:
    if relay.source == RelaySource.URL and not is_source_address(
        relay.url, may_be_here=settings.STUDIO_SOURCES_HERE
    ):
        raise StudioError(_("Địa chỉ luồng không hợp lệ: %(url)s") % {"url": relay.url[:100]})
    if relay.source == RelaySource.URL and is_srt_without_program(relay.url):
        raise StudioError(_("Máy chủ chưa nhận được SRT: hãy cài gói Debian srt-tools."))
    if relay.source == RelaySource.STATION and relay.upstream is None:
        raise StudioError(_("Hãy chọn đài được tiếp âm."))
    if relay.source == RelaySource.STATION and relay.upstream == relay.station:
        raise StudioError(_("Đài không thể tiếp âm chính mình."))
    if not relay.areas or not is_within(relay.areas, [relay.station.code]):
        raise StudioError(
            _("%(station)s không phụ trách hết các địa bàn đã chọn.") % {"station": relay.station}
        )
    if not hours:
        raise StudioError(_("Hãy đặt ít nhất một khung giờ."))
    if any(own.starts == own.ends or not own.days for own in hours):
        raise StudioError(_("Mỗi khung giờ cần có ngày, giờ bắt đầu và giờ kết thúc khác nhau."))
    quiet = quiet_hours_in(relay.areas)
    for own in hours:
        for starts, ends in sorted(quiet):
            if any(
                first < last_of and first_of < last
                for first, last in minutes_of(own.starts, own.ends)
                for first_of, last_of in minutes_of(starts, ends)
            ):
                # 03:15 is when a mis-set relay once woke a whole commune.
                raise StudioError(
                    _(
                        "Khung %(own)s chạm giờ yên tĩnh %(quiet)s của địa bàn: "
                        "loa sẽ không phát. Hãy sửa khung giờ."
                    )
                    % {
                        "own": f"{own.starts:%H:%M}–{own.ends:%H:%M}",
                        "quiet": f"{starts:%H:%M}–{ends:%H:%M}",
                    }
                )
