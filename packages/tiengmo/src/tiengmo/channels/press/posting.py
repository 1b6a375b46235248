"""Having the worker look for letters that wait."""

from tiengmo.outbox.actions import announce

SEND = "press.send"


def post_soon() -> None:
    """In the caller's transaction. However many letters wait, one entry does."""
    announce(SEND, key=SEND)
