from .carry_over import CarryOverReport, carry_over
from .load_locality import LoadReport, load_locality

__all__ = ["CarryOverReport", "LoadReport", "carry_over", "load_locality"]
