class PartnerError(Exception):
    """Refused, with a text for the person who asked."""


class HubRefusal(Exception):
    """A request to the hub that is not taken, with a text for the partner's programmer.

    status: HTTP's.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
