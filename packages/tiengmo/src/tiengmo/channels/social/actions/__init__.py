from .forget_owners import forget_owners
from .import_accounts import import_accounts
from .retire_account import reinstate_account, retire_account
from .save_account import save_account
from .save_connection import save_connection, save_network, test_connection
from .settle_by_hand import note_gone, publish_again
from .verify_account import verify_account

__all__ = [
    "forget_owners",
    "import_accounts",
    "note_gone",
    "publish_again",
    "reinstate_account",
    "retire_account",
    "save_account",
    "save_connection",
    "save_network",
    "test_connection",
    "verify_account",
]
