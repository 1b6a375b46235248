from .clear_bulletin import Clearing, clear_bulletin
from .edit_bulletin import edit_bulletin
from .import_text import bulletin_from_text
from .recall_bulletin import recall_bulletin
from .save_category import save_category
from .send_back_bulletin import send_back_bulletin
from .submit_bulletin import submit_bulletin
from .withdraw_bulletin import withdraw_bulletin

__all__ = [
    "Clearing",
    "bulletin_from_text",
    "clear_bulletin",
    "edit_bulletin",
    "recall_bulletin",
    "save_category",
    "send_back_bulletin",
    "submit_bulletin",
    "withdraw_bulletin",
]
