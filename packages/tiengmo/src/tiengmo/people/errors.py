class NotAllowed(Exception):
    """The person may not do this; `str(error)` tells them why and what to do, in Vietnamese."""


class NeedsSecondFactor(NotAllowed):
    """The person has the role, and has not yet shown (or enrolled) their second factor."""
