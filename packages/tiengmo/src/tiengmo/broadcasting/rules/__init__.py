"""Pure rules of a station's day."""

from .placing import GAP, Span, first_free_start

__all__ = ["GAP", "Span", "first_free_start"]
