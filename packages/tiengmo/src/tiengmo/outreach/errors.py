class OutreachError(Exception):
    """Something a person asked of a question or an event cannot be done; the text is for them."""


class BadQuestion(OutreachError):
    """What was written cannot be taken in. `field` names the part of the form it stands in."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class TooManyQuestions(OutreachError):
    """More arrive than people could have written; honest ones are asked to ring or come."""
