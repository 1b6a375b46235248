from .set_aside import set_aside

__all__ = ["set_aside"]
