from .report_shown import report_shown
from .subscribe import subscribe, subscription_of, unsubscribe

__all__ = ["report_shown", "subscribe", "subscription_of", "unsubscribe"]
