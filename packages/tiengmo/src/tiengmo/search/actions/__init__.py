from .count_words import count_words
from .drop import drop
from .put import put
from .rebuild import drop_all, rebuild, rebuild_if_empty

__all__ = ["count_words", "drop", "drop_all", "put", "rebuild", "rebuild_if_empty"]
