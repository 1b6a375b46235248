from .ask_to_subscribe import ask_to_subscribe, check_wish, send_own_link
from .confirm_subscription import confirm_subscription
from .end_subscription import end_subscription, forget_old
from .save_provider import save_provider, test_provider, use_provider
from .take_report import is_genuine, take_reply, take_report

__all__ = [
    "ask_to_subscribe",
    "check_wish",
    "confirm_subscription",
    "end_subscription",
    "forget_old",
    "is_genuine",
    "save_provider",
    "send_own_link",
    "take_reply",
    "take_report",
    "test_provider",
    "use_provider",
]
