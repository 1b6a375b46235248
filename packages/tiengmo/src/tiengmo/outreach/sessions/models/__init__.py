from .retelling import Retelling
from .session import Kind, Session
from .target import YearTarget

__all__ = ["Kind", "Retelling", "Session", "YearTarget"]
