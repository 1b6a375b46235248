from .assign_role import assign_role
from .change_account import change_account
from .close_account import close_account
from .make_password_link import make_password_link
from .open_account import open_account
from .require_role import require_role
from .reset_second_factor import reset_second_factor
from .unlock_sign_in import unlock_sign_in
from .withdraw_role import withdraw_role

__all__ = [
    "assign_role",
    "change_account",
    "close_account",
    "make_password_link",
    "open_account",
    "require_role",
    "reset_second_factor",
    "unlock_sign_in",
    "withdraw_role",
]
