from .bulletin import Bulletin
from .category import Category
from .edition import Edition
from .route import ReviewRoute, UnitApprovalTask

__all__ = ["Bulletin", "Category", "Edition", "ReviewRoute", "UnitApprovalTask"]
