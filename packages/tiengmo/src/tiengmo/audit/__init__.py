from .actors import SYSTEM

__all__ = ["SYSTEM"]
