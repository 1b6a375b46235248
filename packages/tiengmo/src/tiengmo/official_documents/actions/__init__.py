from .correct_document import correct_document
from .discard_draft import discard_draft
from .publish_document import publish_document
from .save_draft import save_draft
from .save_list_row import save_list_row
from .withdraw_document import withdraw_document

__all__ = [
    "correct_document",
    "discard_draft",
    "publish_document",
    "save_draft",
    "save_list_row",
    "withdraw_document",
]
