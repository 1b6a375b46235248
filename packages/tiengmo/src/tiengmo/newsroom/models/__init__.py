from .bulletin import Bulletin
from .edition import Edition
from .route import ReviewRoute, UnitApprovalTask

__all__ = ["Bulletin", "Edition", "ReviewRoute", "UnitApprovalTask"]
