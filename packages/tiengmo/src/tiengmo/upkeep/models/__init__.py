from .link import Link, LinkState, LinkUse
from .set_aside import SetAside

__all__ = ["Link", "LinkState", "LinkUse", "SetAside"]
