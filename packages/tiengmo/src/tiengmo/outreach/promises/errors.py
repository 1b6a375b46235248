class PromiseError(Exception):
    """Something a person asked of a promise cannot be done; the text is for them."""
