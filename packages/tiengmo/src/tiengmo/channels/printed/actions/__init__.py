from .note_hand_out import note_hand_out
from .take_down_all import take_down_all

__all__ = ["note_hand_out", "take_down_all"]
