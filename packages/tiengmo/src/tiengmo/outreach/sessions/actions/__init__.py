from .note_told_again import note_told_again
from .set_target import set_target
from .take_entry import Words, take_entry

__all__ = ["Words", "note_told_again", "set_target", "take_entry"]
