class PrintedError(Exception):
    """Something about printed sheets cannot be done; the text is for the person who tried."""
