from .change import DocumentChange
from .document import OfficialDocument
from .file import DocumentFile, TextState
from .lists import DocumentField, DocumentKind

__all__ = [
    "DocumentChange",
    "DocumentField",
    "DocumentFile",
    "DocumentKind",
    "OfficialDocument",
    "TextState",
]
