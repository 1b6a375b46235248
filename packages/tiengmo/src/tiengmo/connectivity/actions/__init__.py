from .load_table import Report, load_table
from .retract import retract
from .state import state_one

__all__ = ["Report", "load_table", "retract", "state_one"]
