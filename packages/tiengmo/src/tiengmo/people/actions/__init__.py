from .require_role import require_role

__all__ = ["require_role"]
