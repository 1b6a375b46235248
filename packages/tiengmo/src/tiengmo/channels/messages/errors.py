class MessageError(Exception):
    """Something about messages cannot be done; the text is for the person who tried."""


class WrongCode(MessageError):
    """The code that was typed is wrong, too old, or was tried too often."""
