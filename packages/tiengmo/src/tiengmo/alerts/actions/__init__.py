"""Verbs of the alerts app."""

from .compose_alert import compose_alert
from .draft_alert import draft_alert, draft_all_clear, draft_update
from .end_alert import expire_alert
from .fetch_feed import fetch_feed, take_in
from .reject_alert import lapse_alert, reject_alert
from .release_alert import release_alert
from .second_alert import second_alert

__all__ = [
    "compose_alert",
    "draft_alert",
    "draft_all_clear",
    "draft_update",
    "expire_alert",
    "fetch_feed",
    "lapse_alert",
    "reject_alert",
    "release_alert",
    "second_alert",
    "take_in",
]
