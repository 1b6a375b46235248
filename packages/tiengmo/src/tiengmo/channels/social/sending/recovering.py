"""What a worker that died left behind, what is too late, and what is not wanted any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tiengmo.channels.social import rules
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.sending.posting import post_soon
from tiengmo.channels.social.settling import settle
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from django.db.models import QuerySet

Act, State = Post.Act, Post.State
# No request lasts longer than its time-outs; who is still "sending" then has died.
DEAD_AFTER = timedelta(seconds=60)
# Posts of what was taken back, or has a newer version that is out.
UNTRUE = Q(release__status=Release.Status.WITHDRAWN) | Q(
    Exists(Release.objects.filter(replaces=OuterRef("release"), released_at__isnull=False))
)


def recover() -> None:
    """Take up what was being handed over: a change again, a new post only after looking for it."""
    now = timezone.now()
    dead = Post.objects.filter(state=State.SENDING, claimed_at__lt=now - DEAD_AFTER)
    for post in dead.select_related("delivery", "account__connection"):
        if post.act == Act.PUBLISH:
            moved = _change(post, state=State.IN_DOUBT, reason="maybe_posted", looks=0, due_at=now)
        else:
            moved = _change(post, state=State.WAITING, due_at=now)
        if moved:
            settle(post)


def end_overdue() -> None:
    """News that could not be posted while it was news is not posted at all."""
    late = Post.objects.filter(
        state=State.WAITING, act=Act.PUBLISH, expires_at__lte=timezone.now()
    ).select_related("delivery", "account__connection")
    for post in late:
        if _change(post, state=State.FAILED, reason="too_late", ended_at=timezone.now()):
            settle(post)


def end_untrue() -> None:
    """What was handed back while it was being taken back or replaced does not go out again."""
    waiting = Post.objects.filter(UNTRUE, state=State.WAITING).exclude(act=Act.REMOVE)
    for post in waiting.select_related("delivery", "release", "account__connection"):
        # A change that never came leaves on the page what it was to put right.
        if post.reference and not _is_taken_over(post):
            want_removed(post)
            settle(post)
        elif _change(post, state=State.CANCELLED, ended_at=timezone.now()):
            settle(post)


def _is_taken_over(post: Post) -> bool:
    """Does a newer version put its words in this place, or will it?"""
    newer = Release.objects.filter(replaces=post.release_id, status=Release.Status.RELEASED)
    channels = (code for codes in newer.values_list("channels", flat=True) for code in codes)
    return has_successor(post) or post.account.network in channels


def has_successor(post: Post) -> bool:
    """Is there a newer version of what stands in this post's place?"""
    newer = post.corrected_by.filter(reference=post.reference)
    return newer.exclude(state__in=(State.CANCELLED, State.FAILED)).exists()


def remove_where_not_corrected(release: Release) -> None:
    """A newer version that does not go to a network cannot put right what stands there."""
    old = Post.objects.filter(release=release.replaces_id, state=State.DONE)
    old = old.exclude(act=Act.REMOVE).exclude(account__network__in=release.channels)
    for post in old.select_related("delivery", "account__connection"):
        want_removed(post)
        settle(post)
    post_soon()


def cancel(posts: QuerySet[Post]) -> None:
    """In the withdrawal's own transaction: what waits is not posted."""
    posts.filter(state=State.WAITING, act=Act.PUBLISH).update(
        state=State.CANCELLED, ended_at=timezone.now()
    )


def want_removed(post: Post) -> None:
    """Have the worker take a post down that is out there, before anything else."""
    _change(
        post,
        act=Act.REMOVE,
        state=State.WAITING,
        urgency=0,
        attempts=0,
        looks=0,
        due_at=timezone.now(),
        detail="",
        figures_due_at=None,
    )


def look_later(post: Post) -> dict[str, object]:
    """When a post in doubt is looked for next; never more often than enough."""
    seconds = rules.look_seconds(post.looks)
    return {} if seconds is None else {"due_at": timezone.now() + timedelta(seconds=seconds)}


def _change(post: Post, **changes: object) -> bool:
    # A row that somebody else moved meanwhile is left alone.
    moved = Post.objects.filter(pk=post.pk, state=post.state, act=post.act).update(**changes)
    post.refresh_from_db(fields=["act", "state", *changes])
    return bool(moved)
