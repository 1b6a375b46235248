from .carry_over import CarryOverReport, carry_over
from .edit_village import edit_village
from .load_locality import LoadReport, load_locality

__all__ = ["CarryOverReport", "LoadReport", "carry_over", "edit_village", "load_locality"]
