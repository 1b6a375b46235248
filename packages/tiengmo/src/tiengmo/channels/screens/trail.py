"""Which screens let go of what was taken back or replaced, and which still hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.screens.models import Play, Screen
from tiengmo.channels.screens.playlists import CHANNEL
from tiengmo.channels.screens.queries import is_alive
from tiengmo.channels.trail import deliveries_of, let_go_at, over_since, place_of
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tiengmo.releases.models import Delivery, Release


def counted(count: int) -> str:
    return ngettext("%(n)d màn hình", "%(n)d màn hình", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    deliveries = deliveries_of(release, CHANNEL)
    screens = {str(one.pk): one for one in Screen.objects.filter(pk__in=_targets(deliveries))}
    gone_at = let_go_at(deliveries)
    plays = _plays(release)
    rows = []
    for one in deliveries:
        screen = screens.get(one.target)
        is_held = screen is not None and str(release.pk) in screen.holds
        note = _told(plays.get(one.target))
        was_there = bool(note or one.detail)
        if one.status == DeliveryStatus.WITHDRAWN or not is_held:
            rows.append(
                TrailRow(
                    Standing.TAKEN_BACK,
                    place_of(one),
                    village=one.village,
                    since=gone_at.get(one.pk),
                    by=_("màn hình báo đã gỡ") if was_there else _("chưa từng tới màn hình"),
                    note=note,
                )
            )
        else:
            rows.append(
                TrailRow(
                    Standing.WAITING,
                    place_of(one),
                    village=one.village,
                    since=one.sent_at or one.created_at,
                    note=" ".join(filter(None, [_away(screen), note])),
                )
            )
    return rows


def _targets(deliveries: list[Delivery]) -> list[str]:
    return [one.target for one in deliveries]


def _plays(release: Release) -> dict[str, Mapping[str, Any]]:
    """Screen → how often it showed this, how often when it was no longer true, when last."""
    late = Q(is_after_withdrawal=True)
    since = over_since(release)
    if since is not None:
        late |= Q(started_at__gt=since)
    rows = Play.objects.filter(release=release).order_by().values("screen")
    counted_rows = rows.annotate(
        plays=Count("pk"), late=Count("pk", filter=late), last=Max("started_at")
    )
    return {str(one["screen"]): one for one in counted_rows}


def _told(played: Mapping[str, Any] | None) -> str:
    if played is None:
        return ""
    text = ngettext(
        "Đã chiếu %(plays)d lượt, lần cuối %(last)s.",
        "Đã chiếu %(plays)d lượt, lần cuối %(last)s.",
        played["plays"],
    ) % {
        "plays": played["plays"],
        "last": f"{timezone.localtime(played['last']):%H:%M %d/%m}",
    }
    if played["late"]:
        text += " " + ngettext(
            "%(plays)d lượt sau khi đã gỡ hoặc đính chính.",
            "%(plays)d lượt sau khi đã gỡ hoặc đính chính.",
            played["late"],
        ) % {"plays": played["late"]}
    return text


def _away(screen: Screen | None) -> str:
    if screen is None:
        return ""
    if screen.revoked_at is not None:
        return _("Màn hình đã bị thu quyền, không còn nhận lệnh.")
    if screen.last_seen_at is None or is_alive(screen, timezone.now()):
        return _("Màn hình chưa báo đã gỡ.")
    since = timezone.localtime(screen.last_seen_at)
    return _("Màn hình mất kết nối từ %(since)s.") % {"since": f"{since:%H:%M %d/%m}"}
