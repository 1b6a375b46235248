"""What the network said of a post, written down: its next state, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.channels.social import rules
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.networks.form import Said
from tiengmo.channels.social.sending.recovering import (
    UNTRUE,
    has_successor,
    look_later,
    want_removed,
)
from tiengmo.channels.social.settling import settle

if TYPE_CHECKING:
    from tiengmo.channels.social.networks.form import Answer

Act, State = Post.Act, Post.State
FOLLOW_UP_SECONDS = 3.0


def write_down(post: Post, step: str, answer: Answer) -> None:
    with transaction.atomic():
        changes = _STEPS[step](post, answer)
        changes.setdefault("detail", answer.detail[:300])
        state = State.SENDING if step in ("publish", "edit", "remove") else post.state
        # Somebody may have moved it meanwhile: what they wrote stands.
        if not Post.objects.filter(pk=post.pk, state=state).update(**changes):
            return
        post.refresh_from_db()
        is_out = post.state == State.DONE and post.act != Act.REMOVE
        if is_out and _is_untrue(post) and not has_successor(post):
            want_removed(post)
        settle(post)


def _is_untrue(post: Post) -> bool:
    return Post.objects.filter(UNTRUE, pk=post.pk).exists()


def _published(post: Post, answer: Answer) -> dict[str, Any]:
    now = timezone.now()
    first = rules.next_figures_hours(0.0) or 1.0
    return {
        "state": State.DONE,
        "reason": "",
        "reference": answer.reference or post.reference,
        "address": answer.address or post.address,
        "ticket": "",
        "posted_at": post.posted_at or now,
        "figures_due_at": now + timedelta(hours=first),
    }


def _publish(post: Post, answer: Answer) -> dict[str, Any]:
    if answer.said is Said.DONE:
        return _published(post, answer)
    if answer.said is Said.PROCESSING:
        return _being_made(answer)
    if answer.said in (Said.REFUSED, Said.NOT_THERE):
        return {"state": State.FAILED, "reason": "post_refused", "ended_at": timezone.now()}
    if answer.said is Said.UNSURE:
        post.looks = 0
        return {"state": State.IN_DOUBT, "reason": "maybe_posted", "looks": 0, **look_later(post)}
    return _again(post)


def _edit(post: Post, answer: Answer) -> dict[str, Any]:
    if answer.said is Said.DONE:
        return _published(post, answer)
    if answer.said is Said.PROCESSING:
        return _being_made(answer)
    if answer.said in (Said.REFUSED, Said.NOT_THERE):
        # It cannot be put right where it stands: what is wrong goes, what is right is posted anew.
        old = _standing_at(post)
        if old is not None:
            want_removed(old)
            if answer.said is Said.NOT_THERE:
                Post.objects.filter(pk=old.pk).update(state=State.DONE, ended_at=timezone.now())
                old.refresh_from_db()
            settle(old)
        return {
            "act": Act.PUBLISH,
            "state": State.WAITING,
            "reference": "",
            "attempts": 0,
            "due_at": timezone.now(),
        }
    return _again(post)  # the same change twice is one change


def _standing_at(post: Post) -> Post | None:
    """The last post whose words stand where this one was to put its own."""
    rows = Post.objects.filter(account=post.account_id, reference=post.reference, state=State.DONE)
    rows = rows.exclude(act=Act.REMOVE).exclude(pk=post.pk)
    return rows.select_related("delivery").order_by("-posted_at").first()


def _remove(post: Post, answer: Answer) -> dict[str, Any]:
    if answer.said in (Said.DONE, Said.NOT_THERE, Said.PROCESSING):
        return {"state": State.DONE, "reason": "", "ended_at": timezone.now()}
    if answer.said is Said.REFUSED:
        return {"state": State.FAILED, "reason": "post_out"}
    return _again(post)  # taken down twice is taken down


def _follow_up(post: Post, answer: Answer) -> dict[str, Any]:
    if answer.said is Said.DONE and answer.reference:
        return _published(post, answer)
    if answer.said in (Said.REFUSED, Said.NOT_THERE):
        return {"state": State.FAILED, "reason": "post_refused", "ended_at": timezone.now()}
    if post.looks + 1 >= len(rules.LOOK_AFTER_SECONDS) and answer.said is not Said.TROUBLE:
        post.looks = 0
        return {"state": State.IN_DOUBT, "reason": "maybe_posted", "looks": 0, **look_later(post)}
    wait = rules.LOOK_AFTER_SECONDS[min(post.looks, len(rules.LOOK_AFTER_SECONDS) - 1)]
    counted = {} if answer.said is Said.TROUBLE else {"looks": post.looks + 1}
    return {"due_at": timezone.now() + timedelta(seconds=wait), **counted}


def _look(post: Post, answer: Answer) -> dict[str, Any]:
    if answer.said is Said.DONE:
        return _published(post, answer)
    if answer.said is Said.NOT_THERE:
        post.looks += 1
        return {"looks": post.looks, "detail": post.detail, **look_later(post)}
    # Nothing was learnt.
    return {"due_at": timezone.now() + timedelta(seconds=60), "detail": post.detail}


def _being_made(answer: Answer) -> dict[str, Any]:
    return {
        "state": State.PROCESSING,
        "ticket": answer.ticket,
        "looks": 0,
        "due_at": timezone.now() + timedelta(seconds=FOLLOW_UP_SECONDS),
    }


def _again(post: Post) -> dict[str, Any]:
    wait = rules.back_off_seconds(post.attempts)
    return {"state": State.WAITING, "due_at": timezone.now() + timedelta(seconds=wait)}


_STEPS = {
    "publish": _publish,
    "edit": _edit,
    "remove": _remove,
    "follow_up": _follow_up,
    "look": _look,
}
