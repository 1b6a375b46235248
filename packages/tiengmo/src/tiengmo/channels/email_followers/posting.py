"""Having the worker look for letters that wait."""

from tiengmo.outbox.actions import announce

SEND = "email_followers.send"
SEND_DAILY = "email_followers.send_daily"
TELL = "email_followers.tell"


def post_soon() -> None:
    """In the caller's transaction. However many letters wait, one entry does."""
    announce(SEND, key=SEND)


def post_daily_soon() -> None:
    """The same for the day's letters."""
    announce(SEND_DAILY, key=SEND_DAILY)
