from .indexed import Indexed
from .shelf import Shelf
from .word import Word

__all__ = ["Indexed", "Shelf", "Word"]
