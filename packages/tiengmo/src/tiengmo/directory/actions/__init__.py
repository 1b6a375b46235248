from .close_office import close_office
from .confirm_checked import confirm_checked
from .end_official import end_official
from .erase_ended import erase_ended
from .follow_dates import follow_dates
from .save_office import save_office
from .save_official import save_official

__all__ = [
    "close_office",
    "confirm_checked",
    "end_official",
    "erase_ended",
    "follow_dates",
    "save_office",
    "save_official",
]
