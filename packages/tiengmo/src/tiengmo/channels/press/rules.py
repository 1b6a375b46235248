"""How long things last, and what a journalist may see. Pure."""

from __future__ import annotations

from datetime import date, timedelta

KEY_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(hours=12)
# Links that one address is sent: a stranger must not fill somebody's mailbox.
MOST_LINKS, LINKS_WITHIN = 3, timedelta(hours=1)
LONGEST_ACCREDITATION = timedelta(days=731)
REQUEST_KEPT = timedelta(days=30)
ENDED_KEPT = timedelta(days=365)
READING_KEPT = timedelta(days=365)
LETTER_KEPT = timedelta(days=30)


def is_fitting_end(until: date, today: date) -> bool:
    """May an accreditation given today last through this day?"""
    return today <= until <= today + LONGEST_ACCREDITATION
