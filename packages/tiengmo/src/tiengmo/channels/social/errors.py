class SocialError(Exception):
    """An account or a post cannot be handled so; the text is for the person."""
