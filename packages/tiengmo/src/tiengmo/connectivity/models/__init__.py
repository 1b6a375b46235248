from .coverage import DeadZone, Level
from .mast import Mast, Operator
from .office import OfficeLine, OfficeSoftware
from .statement import Statement
from .village_figure import Measure, VillageFigure

__all__ = [
    "DeadZone",
    "Level",
    "Mast",
    "Measure",
    "OfficeLine",
    "OfficeSoftware",
    "Operator",
    "Statement",
    "VillageFigure",
]
