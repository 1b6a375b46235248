class ScreenError(Exception):
    """Something about a screen cannot be done; the text is for the person who tried."""


class CodeRefused(ScreenError):
    """An enrolment code is unknown, used or too old."""


class TooManyTries(ScreenError):
    """Too many wrong codes came from one place, or altogether."""


class UnknownScreen(ScreenError):
    """A token that no screen in use carries: never enrolled, replaced or revoked."""


class TooOften(ScreenError):
    """A screen reports more often than any honest player does."""
