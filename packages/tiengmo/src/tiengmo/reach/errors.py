class ReachError(Exception):
    """Work that cannot be given or reported like this; the text says why, for the person."""
