"""Does this foreign message, as it was signed, count as the second signature of this alert?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.cap.areas import ours_in
from tiengmo.alerts.cap.reading import read_alert
from tiengmo.alerts.cap.signing import signed_part
from tiengmo.alerts.errors import AlertError, HostileXml
from tiengmo.alerts.models import Proposal
from tiengmo.foundation.vietnamese import nfc
from tiengmo.places.queries import is_within, minimal_cover, villages_in

from . import paper as papers
from .season import is_in_season

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.alerts.cap.reading import ForeignAlert, ForeignInfo
    from tiengmo.alerts.models import Standing

    from .paper import Paper

# A message that was sent longer ago is no news, whatever end it names for itself.
LONGEST_SINCE_SENT = timedelta(hours=24)
_EARLY = timedelta(minutes=10)


class Counts:
    """A message that counts: under which paper, for which of our areas, until when."""

    def __init__(self, paper: Paper, areas: list[str], until: datetime) -> None:
        self.paper, self.areas, self.until = paper, areas, until

    def check(self, *, hazard: str, areas: Sequence[str]) -> None:
        """Raises AlertError: the alert says more than the message does."""
        if hazard != self.paper.hazard:
            raise AlertError(_("Giấy uỷ quyền này dành cho loại nguy hiểm khác."))
        if not is_within(areas, self.areas):
            raise AlertError(
                _("Địa bàn đã chọn rộng hơn vùng mà tin của cơ quan kia và giấy uỷ quyền cho phép.")
            )


def judge(standing: Standing, proposal: Proposal) -> Counts:
    """Prove paper and message anew, from what was signed. Raises AlertError with the reason."""
    if standing.revoked_at is not None:
        raise AlertError(_("Giấy uỷ quyền này đã bị thu hồi."))
    if proposal.state != Proposal.State.OPEN:
        raise AlertError(_("Tin này đã được dùng, đã bị thay hoặc đã hết hạn."))
    paper = papers.read(standing.paper)
    now = timezone.now()
    today = timezone.localdate(now)
    if paper.serial != standing.serial or paper.feed != proposal.feed.url:
        raise AlertError(_("Giấy uỷ quyền này dành cho nguồn tin khác."))
    if today > date.fromisoformat(paper.until):
        raise AlertError(_("Giấy uỷ quyền này đã hết hạn."))
    if not is_in_season(today, paper.season_first, paper.season_last):
        raise AlertError(_("Hôm nay ngoài mùa ghi trong giấy uỷ quyền."))
    foreign = _proven(proposal, paper)
    infos, until = _check_words(foreign, paper, now)
    own = ours_in(
        (text for info in infos for text in info.polygons),
        (text for info in infos for text in info.circles),
        (code for info in infos for code in info.geocodes),
    )
    both = villages_in(own).filter(pk__in=villages_in(paper.areas).values("pk"))
    # Once in each place: where it was used or left aside, it is no signature any more.
    left = both.exclude(pk__in=villages_in(proposal.settled).values("pk"))
    if both.exists() and not left.exists():
        raise AlertError(_("Tin này đã được dùng, đã bị thay hoặc đã hết hạn."))
    if not left.exists():
        raise AlertError(_("Tin này không chạm tới địa bàn ghi trong giấy uỷ quyền."))
    return Counts(paper, minimal_cover(left.values_list("code", flat=True)), until)


def _proven(proposal: Proposal, paper: Paper) -> ForeignAlert:
    """The message as its author's signature covers it; what stands outside it is not read."""
    signed = signed_part(proposal.xml.encode(), paper.certificate)
    if signed is None:
        raise AlertError(
            _("Tin này không có chữ ký XML của đúng chứng thư ghi trong giấy uỷ quyền.")
        )
    try:
        foreign = read_alert(signed)
    except HostileXml as error:
        raise AlertError(str(error)) from error
    if (foreign.sender, foreign.identifier, foreign.sent) != (
        proposal.sender, proposal.identifier, proposal.sent,
    ) or foreign.sender != paper.sender:  # fmt: skip
        raise AlertError(_("Người gửi tin không phải người gửi ghi trong giấy uỷ quyền."))
    return foreign


def _check_words(
    foreign: ForeignAlert, paper: Paper, now: datetime
) -> tuple[list[ForeignInfo], datetime]:
    """The parts that count, and until when: the first end that one of them names.

    An all-clear never counts: the end of a danger is for people to say.
    """
    if (foreign.status, foreign.scope) != ("Actual", "Public"):
        raise AlertError(_("Tin thử, tin diễn tập và tin nội bộ không được tính là chữ ký."))
    if foreign.msg_type not in {"Alert", "Update"} or not foreign.infos:
        raise AlertError(_("Chỉ tin cảnh báo và bản cập nhật được tính là chữ ký."))
    wanted = {nfc(event).casefold() for event in paper.events}
    if not all(nfc(info.event).strip().casefold() in wanted for info in foreign.infos):
        raise AlertError(_("Tin này nói về loại nguy hiểm khác với giấy uỷ quyền."))
    sent = datetime.fromisoformat(foreign.sent)
    if not now - LONGEST_SINCE_SENT <= sent <= now + _EARLY:
        raise AlertError(_("Tin này đã cũ, đã hết hạn, hoặc không ghi hạn."))
    if not any(info.is_danger for info in foreign.infos):
        raise AlertError(_("Tin này báo an toàn, hoặc nói về việc đã qua hay khó xảy ra."))
    infos = [info for info in foreign.infos if info.warns_at(now)]
    if not infos or not all(info.expires for info in infos):
        raise AlertError(_("Tin này đã cũ, đã hết hạn, hoặc không ghi hạn."))
    return infos, min(datetime.fromisoformat(info.expires) for info in infos)
