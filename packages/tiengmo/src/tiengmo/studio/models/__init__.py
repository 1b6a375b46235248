"""What the studio remembers: who is on air where, what is relayed when, and what went wrong."""

from .emergency import EmergencyVoice
from .encoder import Encoder
from .event import EventKind, StudioEvent
from .playout import PlayoutState
from .relay import Relay, RelayFallback, RelayHours, RelaySource, RelayState
from .takeover import EndReason, LiveTakeover, Source

__all__ = [
    "EmergencyVoice",
    "Encoder",
    "EndReason",
    "EventKind",
    "LiveTakeover",
    "PlayoutState",
    "Relay",
    "RelayFallback",
    "RelayHours",
    "RelaySource",
    "RelayState",
    "Source",
    "StudioEvent",
]
