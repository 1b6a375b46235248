"""What became of a post becomes the state of its delivery, and a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.social.models import Post
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Act, State = Post.Act, Post.State
# Still on the page: what the release's page shows as out there.
OUT = "post_out"
POSTED, VIEWED = "posted on an account", "views told by the network"
METHODS: dict[str, _StrPromise] = {
    POSTED: gettext_lazy("bài đã lên trang; không quy ra hộ"),
    VIEWED: gettext_lazy(
        "lượt xem, số người xem do mạng xã hội tự đếm, không biết ở thôn nào: "
        "không quy ra hộ (độ tin cậy thấp)"
    ),
}


def settle(post: Post) -> None:
    """Bring the delivery up to its post. Running it again changes nothing."""
    status, reason, detail = state_of(post)
    move_delivery(
        post.delivery, status, reason=reason, detail=detail, reference=post.reference or None
    )
    if post.state == State.DONE and post.act != Act.REMOVE:
        record_receipt(
            post.delivery,
            key=f"social:{post.pk}",
            kind="posted",
            at=post.posted_at or timezone.now(),
            method=POSTED,
            proof={"reference": post.reference, "address": post.address},
        )


def state_of(post: Post) -> tuple[str, str, str]:
    """Status, reason and words for a delivery."""
    if post.act == Act.REMOVE:
        if post.state == State.DONE:
            return DeliveryStatus.WITHDRAWN, "", ""
        text = (
            _("Mạng xã hội không cho gỡ: cần người vào trang gỡ tay. %s")
            if post.state == State.FAILED
            else _("Đang gỡ bài khỏi trang. %s")
        )
        why = trouble_of(post) or post.detail
        return post.delivery.status, OUT, (text % why).strip()
    if post.state == State.WAITING:
        trouble = trouble_of(post)
        if trouble is not None:
            return DeliveryStatus.PENDING, "account_trouble", trouble
        return DeliveryStatus.SENDING, "", post.detail
    if post.state == State.PROCESSING:
        return DeliveryStatus.SENT, "waiting", ""
    if post.state == State.DONE:
        return DeliveryStatus.DELIVERED, "", post.address
    if post.state == State.FAILED:
        return DeliveryStatus.FAILED_PERMANENTLY, post.reason, post.detail
    if post.state == State.IN_DOUBT:
        return DeliveryStatus.IN_DOUBT, "maybe_posted", post.detail
    if post.state == State.CANCELLED:
        return DeliveryStatus.CANCELLED, "", ""
    return DeliveryStatus.SENDING, "", ""


def trouble_of(post: Post) -> str | None:
    """Why the account's posts wait; None when they do not."""
    connection = getattr(post.account, "connection", None)
    if connection is None or not connection.is_used:
        return _("Trang không còn kết nối.")
    return connection.trouble if connection.failing_since is not None else None


def record_figures(post: Post) -> None:
    """A receipt for what the network told; it counts no household."""
    told = {
        name: value
        for name in ("views", "viewers", "reactions", "comments", "shares")
        if (value := getattr(post, name)) is not None
    }
    if told and post.figures_at is not None:
        record_receipt(
            post.delivery,
            key=f"social:{post.pk}:{post.figures_at:%Y%m%d%H%M}",
            kind="viewed",
            at=post.figures_at,
            method=VIEWED,
            proof=told,
        )
