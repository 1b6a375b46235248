"""What an act on a document may refuse with. Each message is for the person, in Vietnamese."""


class DocumentError(Exception):
    """An act that could not be done; `str()` of it is shown to the person."""


class NotPossible(DocumentError):
    """The document does not stand where this act is allowed."""


class NotReady(DocumentError):
    """Something is missing or contradicts itself."""


class ChangedMeanwhile(DocumentError):
    """Somebody else saved since this page was opened; nothing was done."""
