"""What networks tell of posts and accounts, read some times after posting and once a day."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from tiengmo.channels.social import rules
from tiengmo.channels.social.models import Account, Connection, Post
from tiengmo.channels.social.networks import FORMS, exchange
from tiengmo.channels.social.networks.form import Answer, Said
from tiengmo.channels.social.sending.access import base_url_of, ready
from tiengmo.channels.social.sending.bucket import network_of, take_tokens
from tiengmo.channels.social.sending.health import note_answer
from tiengmo.channels.social.settling import record_figures
from tiengmo.outbox.registry import Later

if TYPE_CHECKING:
    import httpx
    from django.db.models import QuerySet

RUN_SECONDS = 5.0
ONCE_A = timedelta(days=1)
AGAIN_AFTER = timedelta(hours=1)


def read_due() -> None:
    """Read what is due for as long as one run lasts. Raises Later when there is more."""
    until = time.monotonic() + RUN_SECONDS
    with exchange.client() as http:
        while time.monotonic() < until:
            post, connection = due_posts().first(), due_accounts().first()
            account = post.account if post is not None else None
            if account is None and connection is not None:
                account = connection.account
            if account is None:
                return
            granted, wait = take_tokens(account.network, 1)
            if not granted:
                raise Later(wait)
            if post is not None:
                _read_post(post, http)
            elif connection is not None:
                read_account(connection, http)
    raise Later(1.0)


def due_posts() -> QuerySet[Post]:
    now = timezone.now()
    return (
        Post.objects.filter(
            _left_in_peace("account__connection__"),
            figures_due_at__lte=now,
            state=Post.State.DONE,
            account__connection__is_used=True,
            account__connection__is_trial=False,
        )
        .exclude(act=Post.Act.REMOVE)
        .select_related("account__connection", "account__unit", "delivery")
        .order_by("figures_due_at")
    )


def due_accounts() -> QuerySet[Connection]:
    return Connection.objects.filter(
        _left_in_peace(""), figures_due_at__lte=timezone.now(), is_used=True, is_trial=False
    ).select_related("account")


def _left_in_peace(prefix: str) -> Q:
    return Q(**{f"{prefix}paused_until": None}) | Q(
        **{f"{prefix}paused_until__lte": timezone.now()}
    )


def _read_post(post: Post, http: httpx.Client) -> None:
    now = timezone.now()
    hours = (now - (post.posted_at or now)).total_seconds() / 3600
    following = rules.next_figures_hours(hours)
    due_at = (post.posted_at or now) + timedelta(hours=following) if following is not None else None
    # Before asking: whatever comes, it is not asked for in a circle.
    Post.objects.filter(pk=post.pk).update(figures_due_at=due_at)
    access = ready(post.account.connection, http)
    if isinstance(access, Answer):
        note_answer(post.account, access, 0)
        return
    form = FORMS[post.account.network]
    began = time.monotonic()
    answer = exchange.ask(
        form.figures(access, post.reference),
        lambda status, body: form.read_figures(status, body, post.reference),
        base_url=base_url_of(network_of(form.code)),
        http=http,
    )
    note_answer(post.account, answer, int((time.monotonic() - began) * 1000))
    if answer.figures is None:
        if answer.said in (Said.NOT_YET, Said.ALL_WAIT, Said.UNSURE, Said.TOKEN_ENDED):
            Post.objects.filter(pk=post.pk).update(figures_due_at=now + AGAIN_AFTER)
        return
    told = answer.figures
    Post.objects.filter(pk=post.pk).update(
        views=told.views,
        viewers=told.viewers,
        reactions=told.reactions,
        comments=told.comments,
        shares=told.shares,
        figures_at=now,
        address=answer.address or post.address,
    )
    post.refresh_from_db()
    record_figures(post)


def read_account(connection: Connection, http: httpx.Client) -> Answer:
    """Ask the network who the account is: proves the credentials, and tells the followers."""
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(figures_due_at=now + ONCE_A)
    form = FORMS[connection.account.network]
    access = ready(connection, http)
    if isinstance(access, Answer):
        note_answer(connection.account, access, 0)
        return access
    began = time.monotonic()
    answer = exchange.ask(
        form.test(access),
        lambda status, body: form.read_test(status, body, access),
        base_url=base_url_of(network_of(form.code)),
        http=http,
    )
    note_answer(connection.account, answer, int((time.monotonic() - began) * 1000))
    if answer.followers is not None:
        Account.objects.filter(pk=connection.account_id).update(
            followers=answer.followers, followers_at=now
        )
    return answer
