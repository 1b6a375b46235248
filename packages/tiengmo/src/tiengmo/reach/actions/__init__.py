from .assign import assign, assign_rest
from .cancel_assignment import cancel_assignment
from .report_assignment import report_assignment
from .set_goal import set_goal

__all__ = ["assign", "assign_rest", "cancel_assignment", "report_assignment", "set_goal"]
