"""What a worker that died left behind, what is too late, and what is not wanted any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.channels.social import rules
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.settling import settle

if TYPE_CHECKING:
    from django.db.models import QuerySet

Act, State = Post.Act, Post.State
# No request lasts longer than its time-outs; who is still "sending" then has died.
DEAD_AFTER = timedelta(seconds=60)


def recover() -> None:
    """Take up what was being handed over: a change again, a new post only after looking for it."""
    now = timezone.now()
    dead = Post.objects.filter(state=State.SENDING, claimed_at__lt=now - DEAD_AFTER)
    for post in dead.select_related("delivery"):
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
    ).select_related("delivery")
    for post in late:
        if _change(post, state=State.FAILED, reason="too_late", ended_at=timezone.now()):
            settle(post)


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
    post.refresh_from_db()
    return bool(moved)
