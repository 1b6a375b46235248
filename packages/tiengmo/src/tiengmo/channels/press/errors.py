class PressError(Exception):
    """Something about the press cannot be done; the text is for the person who tried."""
