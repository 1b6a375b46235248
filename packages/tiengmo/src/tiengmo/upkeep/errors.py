class UpkeepError(Exception):
    """A refusal with a text for the person."""
