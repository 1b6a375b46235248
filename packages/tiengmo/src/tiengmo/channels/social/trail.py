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
            .select_related("delivery")
            .prefetch_related("corrected_by")
        }
        return [_row(one, posts.get(one.pk)) for one in deliveries_of(release, channel)]

    return rows_of


def _row(one: Delivery, post: Post | None) -> TrailRow:
    where = place_of(one)
    if post is None or (post.state in (State.CANCELLED, State.FAILED) and not post.reference):
        ended_at = post.ended_at if post is not None else None
        return TrailRow(
            Standing.TAKEN_BACK, where, village=one.village, since=ended_at, by=_("chưa từng đăng")
        )
    if post.act == Act.REMOVE and post.state == State.DONE:
        by = _("mạng xã hội báo đã gỡ bài")
        return TrailRow(Standing.TAKEN_BACK, where, village=one.village, since=post.ended_at, by=by)
    newer = [after for after in post.corrected_by.all() if after.posted_at and after.reference]
    if newer:
        by = _("bản đính chính đã thay chỗ bài cũ")
        since = max(after.posted_at for after in newer if after.posted_at)
        return TrailRow(Standing.TAKEN_BACK, where, village=one.village, since=since, by=by)
    note = state_of(post)[2] or str(post.get_state_display())
    stands_since = post.posted_at or post.tried_at
    return TrailRow(Standing.WAITING, where, village=one.village, since=stands_since, note=note)
