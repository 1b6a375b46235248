from .assemble import choose_items, save_issue, start_issue
from .release_issue import release_issue, withdraw_issue

__all__ = ["choose_items", "release_issue", "save_issue", "start_issue", "withdraw_issue"]
