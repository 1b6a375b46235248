from .make_release import make_release
from .move_delivery import Move, move_deliveries, move_delivery
from .record_receipt import record_receipt
from .retract_receipts import retract_receipts
from .withdraw_release import withdraw_release

__all__ = [
    "Move",
    "make_release",
    "move_deliveries",
    "move_delivery",
    "record_receipt",
    "retract_receipts",
    "withdraw_release",
]
