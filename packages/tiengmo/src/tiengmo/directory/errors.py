class DirectoryError(Exception):
    """Something a person asked of the directory cannot be done; the text is for them."""
