"""What an operator does to a station's week; each asks for the operator's role there."""

from .cancel_episode import cancel_episode
from .change_episode import change_episode
from .close_show import close_show
from .copy_week import Copied, copy_week
from .fill_hours import add_to_pool, make_pool, remove_fill, remove_from_pool, set_fill
from .make_episode import make_episode
from .remove_rule import remove_rule
from .save_rule import save_rule
from .save_show import save_show
from .segments import add_segment, move_segment, remove_segment
from .set_area_rules import set_area_rules

__all__ = [
    "Copied",
    "add_segment",
    "add_to_pool",
    "cancel_episode",
    "change_episode",
    "close_show",
    "copy_week",
    "make_episode",
    "make_pool",
    "move_segment",
    "remove_fill",
    "remove_from_pool",
    "remove_rule",
    "remove_segment",
    "save_rule",
    "save_show",
    "set_area_rules",
    "set_fill",
]
