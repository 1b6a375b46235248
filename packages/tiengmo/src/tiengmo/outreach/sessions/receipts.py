"""Sessions about a bulletin become the state of its delivery to a village, and households."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.outreach.sessions import rules
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.retelling import told_again
from tiengmo.releases.actions import move_delivery, record_receipt, retract_receipts
from tiengmo.releases.models import Delivery, DeliveryStatus, Release

if TYPE_CHECKING:
    from tiengmo.places.models import Village

CHANNEL = "outreach"
NOT_TOLD = "not_told"
TOLD = "already_told"
METHOD = "headcounts of sessions noted by propagandists"
METHODS = {
    METHOD: gettext_lazy(
        "số hộ có người dự buổi tuyên truyền, do người đi ghi lại: số hộ đã đếm, hoặc từ số người "
        "dự (mỗi hộ từ một đến năm người); nhiều buổi: ít nhất là buổi đông nhất, nhiều nhất là "
        "tổng các buổi (độ tin cậy vừa: không điểm danh)"
    )
}


def settle(release: Release, village: Village) -> None:
    """Bring a village's delivery up to what was noted there; inside the caller's transaction."""
    delivery = _delivery(release, village)
    told = list(
        Session.objects.filter(
            release=release, village=village, withdrawn_at=None, is_after_withdrawal=False
        ).order_by("held_at")
    )
    by_language: dict[str, list[Session]] = defaultdict(list)
    for session in told:
        by_language[session.language].append(session)
    # One receipt a language: what it counts is in its key, so that a change makes another one.
    keys = []
    for language, sessions in sorted(by_language.items()):
        lo, hi = _reckoned(sessions, village)
        key = f"outreach:{delivery.pk}:{language}:{len(sessions)}:{lo}:{hi}"
        keys.append(key)
        record_receipt(
            delivery,
            key=key,
            kind="told",
            at=sessions[-1].held_at,
            village=village,
            language=language,
            households=(lo, hi),
            method=METHOD,
            proof={"sessions": len(sessions), "people": sum(one.headcount for one in sessions)},
        )
    retract_receipts(delivery, keep=keys)
    _move(delivery, told)


def _reckoned(sessions: list[Session], village: Village) -> tuple[int, int]:
    claims = [
        rules.households_told(one.headcount, one.households, village.households) for one in sessions
    ]
    return rules.several(claims, village.households)


def _delivery(release: Release, village: Village) -> Delivery:
    """The village's own: made when the bulletin was cleared for teams, or by the first session."""
    made, _is_new = Delivery.objects.get_or_create(
        release=release,
        channel=CHANNEL,
        target=village.code,
        defaults={"target_name": village.name, "village": village},
    )
    # Two sessions of one village settle one after the other.
    return Delivery.objects.select_for_update(of=("self",)).get(pk=made.pk)


def _move(delivery: Delivery, told: list[Session]) -> None:
    detail = _("Đã nói trong %(sessions)d buổi, %(people)d người dự.") % {
        "sessions": len(told),
        "people": sum(one.headcount for one in told),
    }
    is_withdrawn = delivery.release.status == Release.Status.WITHDRAWN
    if told and not is_withdrawn:
        move_delivery(delivery, DeliveryStatus.DELIVERED, detail=detail)
    elif told and delivery.village_id in told_again(delivery.release):
        move_delivery(delivery, DeliveryStatus.DELIVERED, detail=_("Đã báo lại với bà con."))
    elif told:
        # Words do not come back: the release's page keeps saying that somebody must tell them.
        move_delivery(delivery, DeliveryStatus.DELIVERED, reason=TOLD, detail=detail)
    elif delivery.status == DeliveryStatus.DELIVERED:
        text = _("Các buổi đã ghi được rút lại.")
        move_delivery(delivery, DeliveryStatus.WITHDRAWN, reason=NOT_TOLD, detail=text)
