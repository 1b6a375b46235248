from .ask_emergency import ask_emergency
from .end_takeover import end_takeover
from .finish_takeover import finish_takeover
from .give_encoder_password import give_encoder_password, is_encoder_password
from .hold_relay import hold_relay
from .keep_recording import keep_recording
from .note_event import acknowledge, note_event
from .note_sound import note_loss, note_sound
from .open_stream import open_relay_stream, open_stream
from .run_relay import finish_relay_session, note_relay
from .save_relay import save_relay
from .second_emergency import drop_emergency, second_emergency
from .take_over_live import take_over_live

__all__ = [
    "acknowledge",
    "ask_emergency",
    "drop_emergency",
    "end_takeover",
    "finish_relay_session",
    "finish_takeover",
    "give_encoder_password",
    "hold_relay",
    "is_encoder_password",
    "keep_recording",
    "note_event",
    "note_loss",
    "note_relay",
    "note_sound",
    "open_relay_stream",
    "open_stream",
    "save_relay",
    "second_emergency",
    "take_over_live",
]
