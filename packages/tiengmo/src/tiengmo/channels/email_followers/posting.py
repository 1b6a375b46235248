"""Having the worker look for letters that wait."""

from tiengmo.outbox.actions import announce

SEND = "email_followers.send"
TELL = "email_followers.tell"


def post_soon() -> None:
    """In the caller's transaction. However many letters wait, one entry does."""
    announce(SEND, key=SEND)
