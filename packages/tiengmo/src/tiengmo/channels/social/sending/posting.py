"""Having the worker look for posts that wait."""

from __future__ import annotations

from tiengmo.outbox.actions import announce

POST, FIGURES = "social.post", "social.figures"


def post_soon() -> None:
    """In the caller's transaction. However many posts wait, one entry does."""
    announce(POST, key=POST)


def read_figures_soon() -> None:
    announce(FIGURES, key=FIGURES)
