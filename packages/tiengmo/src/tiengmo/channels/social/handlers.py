"""What the worker runs for this channel."""

from __future__ import annotations

from typing import Any

from tiengmo.channels.social.actions.forget_owners import forget_owners
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.sending import figures, running
from tiengmo.channels.social.sending.posting import FIGURES, POST, post_soon, read_figures_soon
from tiengmo.outbox.registry import Lane, every, handles

State = Post.State


@handles(POST, lane=Lane.OUTSIDE)
def post_due(_payload: dict[str, Any]) -> None:
    running.post_due()


@handles(FIGURES, lane=Lane.OUTSIDE)
def read_figures(_payload: dict[str, Any]) -> None:
    figures.read_due()


@every("social.look", seconds=60)
def look(_payload: dict[str, Any]) -> None:
    """Whatever became of the entries that post and read: nothing that waits is forgotten."""
    if Post.objects.filter(
        state__in=(State.WAITING, State.SENDING, State.PROCESSING, State.IN_DOUBT)
    ).exists():
        post_soon()
    if figures.due_posts().exists() or figures.due_accounts().exists():
        read_figures_soon()


@every("social.forget", seconds=86400)
def forget(_payload: dict[str, Any]) -> None:
    forget_owners()
