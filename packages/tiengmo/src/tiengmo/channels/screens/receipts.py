"""Plays become the state of deliveries, and receipts with households."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.screens import rules
from tiengmo.channels.screens.models import FormerPlace, Play, Screen
from tiengmo.channels.screens.playlists import CHANNEL
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from tiengmo.places.models import Village

METHOD = "screen plays × stated footfall"
NO_CLAIM = "screen plays: no household claim"
METHODS = {
    METHOD: gettext_lazy(
        "lượt chiếu × số hộ qua lại do nơi đặt màn hình khai (độ tin cậy thấp: không đếm người)"
    ),
    NO_CLAIM: gettext_lazy("lượt chiếu đã chứng minh; không quy ra hộ"),
}
WITHDRAWN = (DeliveryStatus.WITHDRAWN, DeliveryStatus.CANCELLED)


def prove(screen: Screen, release_ids: Iterable[UUID]) -> None:
    """Bring the deliveries of these releases up to what this screen has proved."""
    rows = Delivery.objects.filter(
        channel=CHANNEL, target=str(screen.pk), release__in=list(release_ids)
    ).select_related("village", "release")
    for delivery in rows:
        plays = Play.objects.filter(screen=screen, release=delivery.release_id)
        summed = plays.aggregate(count=Count("pk"), last=Max("started_at"), ms=Sum("duration_ms"))
        _record(screen, delivery, summed["count"], summed["ms"])
        text = ngettext(
            "Đã chiếu %(plays)d lượt, lần cuối %(last)s.",
            "Đã chiếu %(plays)d lượt, lần cuối %(last)s.",
            summed["count"],
        )
        detail = text % {
            "plays": summed["count"],
            "last": f"{timezone.localtime(summed['last']):%H:%M %d/%m}",
        }
        is_out = delivery.status not in WITHDRAWN
        move_delivery(
            delivery,
            # Shown before it was taken back: the proof is kept, and it stays taken back.
            DeliveryStatus.DELIVERED if is_out else delivery.status,
            reason=delivery.reason if delivery.reason == "screen_holds" or not is_out else "",
            detail=detail,
        )


@dataclass
class _Claim:
    """What the plays in one language prove for one village, or for an office (None)."""

    lo: int = 0
    hi: int = 0
    last_at: datetime | None = None


def _record(screen: Screen, delivery: Delivery, count: int, total_ms: int) -> None:
    """A receipt for each place and language, when what it claims has grown."""
    places: list[FormerPlace | Screen] = [*screen.former_places.select_related("village"), screen]
    plays: dict[tuple[str, int], list[tuple[datetime, int]]] = defaultdict(list)
    rows = Play.objects.filter(screen=screen, release=delivery.release_id).order_by("started_at")
    for language, started_at, duration_ms in rows.values_list(
        "language", "started_at", "duration_ms"
    ):
        plays[language, _hung_at(places, started_at)].append((started_at, duration_ms))
    claims: dict[tuple[str, Village | None], _Claim] = defaultdict(_Claim)
    for (language, at), shown in plays.items():
        place = places[at]
        claim = claims[language, place.village]
        lo, hi = _households(place, shown)
        # The same village under two statements of its footfall: others may have come each time.
        claim.lo, claim.hi = max(claim.lo, lo), claim.hi + hi
        claim.last_at = max(shown[-1][0], claim.last_at or shown[-1][0])
    for (language, village), claim in claims.items():
        hi = min(claim.hi, village.households) if village is not None else 0
        lo = min(claim.lo, hi)
        # Where it hung when the release came needs no name.
        elsewhere = "" if _pk(village) == delivery.village_id else f":{_pk(village) or 'office'}"
        record_receipt(
            delivery,
            key=f"screen:{delivery.pk}:{language}:{lo}:{hi}{elsewhere}",
            kind="shown",
            at=claim.last_at or timezone.now(),
            village=village,
            language=language,
            households=(lo, hi),
            method=METHOD if hi else NO_CLAIM,
            proof={
                "plays": count,
                "seconds": total_ms // 1000,
                "footfall": [screen.footfall_lo, screen.footfall_hi],
            },
        )


def _hung_at(places: list[FormerPlace | Screen], at: datetime) -> int:
    """Which of its places a screen hung in at an instant."""
    for number, place in enumerate(places):
        if isinstance(place, Screen) or at < place.until_at:
            return number
    raise AssertionError("a screen hangs where it hangs")


def _households(place: FormerPlace | Screen, shown: list[tuple[datetime, int]]) -> tuple[int, int]:
    if place.village is None:
        return 0, 0
    return rules.households_passing(
        shown,
        footfall=(place.footfall_lo, place.footfall_hi),
        hours_open=rules.open_hours(place.opens_at, place.closes_at),
        households=place.village.households,
        zone=ZoneInfo(settings.TIME_ZONE),
    )


def _pk(village: Village | None) -> int | None:
    return village.pk if village is not None else None
