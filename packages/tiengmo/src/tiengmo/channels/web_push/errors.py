class PushError(Exception):
    """A browser cannot be taken in; the text is for its owner."""
