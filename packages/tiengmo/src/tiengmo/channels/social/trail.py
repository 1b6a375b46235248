"""Posts that are gone or have been put right, and those that still stand on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.registry import Standing, TrailRow
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.settling import state_of
from tiengmo.channels.trail import deliveries_of, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiengmo.releases.models import Delivery, Release

Act, State = Post.Act, Post.State


def counted(count: int) -> str:
    return ngettext("%(n)d bài đăng", "%(n)d bài đăng", count) % {"n": count}


def rows_for(channel: str) -> Callable[[Release], list[TrailRow]]:
    def rows_of(release: Release) -> list[TrailRow]:
        posts = {
            post.delivery_id: post
            for post in Post.objects.filter(release=release, account__network=channel)
            .select_related("delivery", "account__connection")
            .prefetch_related("corrected_by")
        }
        return [_row(one, posts.get(one.pk)) for one in deliveries_of(release, channel)]

    return rows_of


def _row(one: Delivery, post: Post | None) -> TrailRow:
    where = place_of(one)
    is_never_out = post is None or (
        post.state in (State.CANCELLED, State.FAILED)
        and post.act != Act.REMOVE
        and post.posted_at is None
    )
    if post is None or is_never_out:
        ended_at = post.ended_at if post is not None else None
        return TrailRow(
            Standing.TAKEN_BACK, where, village=one.village, since=ended_at, by=_("chưa từng đăng")
        )
    if post.act == Act.REMOVE and post.state == State.DONE:
        by = _("mạng xã hội báo đã gỡ bài")
        return TrailRow(Standing.TAKEN_BACK, where, village=one.village, since=post.ended_at, by=by)
    # A correction that was posted beside the old one leaves it standing.
    newer = [after for after in post.corrected_by.all() if after.reference == post.reference]
    newer = [after for after in newer if after.reference]
    if changed := [after.posted_at for after in newer if after.posted_at]:
        by = _("bản đính chính đã thay chỗ bài cũ")
        return TrailRow(Standing.TAKEN_BACK, where, village=one.village, since=max(changed), by=by)
    if gone := [after for after in newer if after.act == Act.REMOVE and after.state == State.DONE]:
        by, since = _("mạng xã hội báo đã gỡ bài"), gone[0].ended_at
        return TrailRow(Standing.TAKEN_BACK, where, village=one.village, since=since, by=by)
    note = state_of(post)[2] or str(post.get_state_display())
    stands_since = post.posted_at or post.tried_at
    return TrailRow(Standing.WAITING, where, village=one.village, since=stands_since, note=note)
