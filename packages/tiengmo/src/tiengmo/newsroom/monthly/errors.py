class IssueError(Exception):
    """Something about an internal bulletin cannot be done; the text is for who tried."""
