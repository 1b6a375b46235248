from .announce import announce
from .sweep import sweep

__all__ = ["announce", "sweep"]
