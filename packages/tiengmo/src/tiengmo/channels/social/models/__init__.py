from .account import Account, AccountChange
from .connection import Connection, Network
from .post import Post

__all__ = ["Account", "AccountChange", "Connection", "Network", "Post"]
