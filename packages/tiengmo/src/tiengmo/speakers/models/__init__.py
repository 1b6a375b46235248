"""What the speakers app remembers: boxes, keys, what must reach a box, what came back."""

from .box import Box, Output
from .enrolment import EnrolmentCode
from .gateway import GatewayState
from .keys import StationKey
from .outgoing import CommandState, OutgoingCommand, RetainedMessage
from .reports import HeldSound, PlayReport, Refusal

__all__ = [
    "Box",
    "CommandState",
    "EnrolmentCode",
    "GatewayState",
    "HeldSound",
    "OutgoingCommand",
    "Output",
    "PlayReport",
    "Refusal",
    "RetainedMessage",
    "StationKey",
]
