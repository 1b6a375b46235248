class CannotFollow(Exception):
    """What was asked for cannot be followed; the text says why, for the person."""
