from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Alert, MsgType, Proposal, Standing, Status
from tiengmo.alerts.standing import keys as standing_keys
from tiengmo.alerts.standing.judging import judge
from tiengmo.alerts.workflow import State
from tiengmo.people.queries import line_of

from .checks import locked, require_issuer, signer_of
from .compose_alert import sign_first
from .issue import issue

if TYPE_CHECKING:
    from tiengmo.people.models import User


def issue_by_standing(alert: Alert, standing: Standing, *, by: User, passphrase: str) -> Alert:
    """Sign the alert that was drafted from another authority's message, and it goes out at once.

    The standing certificate is the second signature: paper and message are proven anew, under a
    lock, and the alert says no more than they do, for no longer.

    Raises AlertError with the reason why it does not count; then another person can still sign.
    """
    require_issuer(by, alert.station)
    if alert.composer_id != by.pk:
        raise AlertError(_("Người soạn ký bản mình soạn. Hãy soạn một cảnh báo của bạn."))
    signer = signer_of(by, alert.station, passphrase)
    with transaction.atomic():
        row = locked(alert, to=State.COMPOSED)
        paper = Standing.objects.select_for_update(of=("self",)).get(pk=standing.pk)
        if row.proposal_id is None or (row.status, row.msg_type) != (Status.ACTUAL, MsgType.ALERT):
            raise AlertError(
                _("Giấy uỷ quyền chỉ dùng cho cảnh báo thật, soạn từ tin của cơ quan ấy.")
            )
        proposal = (
            Proposal.objects.select_for_update(of=("self",))
            .select_related("feed")
            .get(pk=row.proposal_id)
        )
        counts = judge(paper, proposal)
        counts.check(hazard=row.hazard, areas=row.areas)
        if {one.code for one in line_of(row.station)}.isdisjoint(counts.paper.areas):
            raise AlertError(
                _("Giấy uỷ quyền không gồm %(unit)s: hãy soạn cho từng xã.") % {"unit": row.station}
            )
        second = standing_keys.signer(counts.paper, paper.certificates, now=timezone.now())
        if second is None:
            raise AlertError(_("Giấy uỷ quyền này chưa được chứng nhận bằng khoá gốc cho mùa này."))
        sign_first(row, signer=signer, by=by, latest_end=counts.until)
        row.standing = paper
        # Public, so in Vietnamese.
        row.seconder_name = f"giấy uỷ quyền thường trực cho {paper.feed.name}"[:200]
        row.save(update_fields=["standing"])
        issue(row, by=by, second=second)
    return row
