class ReleaseError(Exception):
    """A release cannot be made or withdrawn; the text is for the person who asked."""
