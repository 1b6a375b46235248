class CannotFollow(Exception):
    """What was asked for cannot be followed; the text says why, for the person."""


class LettersRefused(Exception):
    """The mail server did not take a letter now; the code (RFC 5321, 4.2) is all that is told.

    Its words name the address, and errors are logged and kept.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"SMTP {code}")
        self.code = code
