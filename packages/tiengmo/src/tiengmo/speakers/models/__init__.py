"""What the speakers app remembers: boxes, keys, what must reach a box, what came back."""

from .box import Box, Output
from .enrolment import EnrolmentCode
from .gateway import GatewayState
from .keys import KeyPurpose, StationKey
from .outgoing import AnnouncedItem, CommandState, OutgoingCommand, RetainedMessage
from .reports import HeldSound, PlayReport, Refusal

__all__ = [
    "AnnouncedItem",
    "Box",
    "CommandState",
    "EnrolmentCode",
    "GatewayState",
    "HeldSound",
    "KeyPurpose",
    "OutgoingCommand",
    "Output",
    "PlayReport",
    "Refusal",
    "RetainedMessage",
    "StationKey",
]
