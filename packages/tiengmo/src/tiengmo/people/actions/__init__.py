from .assign_role import assign_role
from .change_account import change_account
from .close_account import close_account
from .end_sign_ins import end_other_sign_ins, end_sign_ins
from .make_password_link import make_password_link
from .open_account import open_account
from .remove_factor import remove_factor
from .require_role import require_role
from .reset_second_factor import reset_second_factor
from .unlock_sign_in import unlock_sign_in
from .withdraw_role import withdraw_role

__all__ = [
    "assign_role",
    "change_account",
    "close_account",
    "end_other_sign_ins",
    "end_sign_ins",
    "make_password_link",
    "open_account",
    "remove_factor",
    "require_role",
    "reset_second_factor",
    "unlock_sign_in",
    "withdraw_role",
]
