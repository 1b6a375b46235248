"""Lists that are data (kinds of documents, fields, topics, …), and the screens that keep them."""

from .offering import offered
from .saving import save_listed

__all__ = ["offered", "save_listed"]
