from .ask_to_follow import ask_to_follow, check_wish
from .change_following import change_following
from .confirm_following import confirm_following
from .end_following import end_following, forget_unconfirmed

__all__ = [
    "ask_to_follow",
    "change_following",
    "check_wish",
    "confirm_following",
    "end_following",
    "forget_unconfirmed",
]
