"""Verbs of the alerts app."""

from .compose_alert import compose_alert
from .draft_alert import draft_alert, draft_all_clear, draft_update
from .end_alert import expire_alert
from .fetch_feed import fetch_feed, take_in
from .give_standing import certify_standing, give_standing, propose_standing
from .issue_by_standing import issue_by_standing
from .reject_alert import lapse_alert, reject_alert
from .release_alert import release_alert
from .revoke_standing import revoke_standing
from .save_feed import save_feed
from .save_template_text import save_template_text
from .second_alert import second_alert
from .settle_proposal import dismiss_proposal

__all__ = [
    "certify_standing",
    "compose_alert",
    "dismiss_proposal",
    "draft_alert",
    "draft_all_clear",
    "draft_update",
    "expire_alert",
    "fetch_feed",
    "give_standing",
    "issue_by_standing",
    "lapse_alert",
    "propose_standing",
    "reject_alert",
    "release_alert",
    "revoke_standing",
    "save_feed",
    "save_template_text",
    "second_alert",
    "take_in",
]
