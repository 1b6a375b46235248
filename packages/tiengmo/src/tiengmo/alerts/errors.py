class AlertError(Exception):
    """Something a person asked of an alert cannot be done; the text is for them."""


class ChangedMeanwhile(AlertError):
    """Somebody else has acted on this alert since the page was opened."""


class HostileXml(AlertError):
    """A CAP message or feed that is not fit to be read; the text says why."""
