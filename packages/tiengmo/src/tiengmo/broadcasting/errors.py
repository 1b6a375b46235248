class BroadcastingError(Exception):
    """A request about the schedule that cannot be carried out; its text is for the person."""
