"""One file a kind of table: its columns, how a row is read, how a statement is written again."""

from .kinds import KINDS, Column, Kind, kind_of

__all__ = ["KINDS", "Column", "Kind", "kind_of"]
