"""What the speakers app remembers: boxes, keys, what must reach a box, what came back."""

from .box import Box, Output
from .enrolment import EnrolmentCode
from .gateway import GatewayShare, GatewayState
from .health import DayTally, HourTally, Listening, Outage, OutageCause
from .issuers import AwaitedSound, IssuerKey
from .keys import KeyPurpose, StationKey
from .local import LocalIssue
from .outgoing import AnnouncedItem, CommandState, OutgoingCommand, RetainedMessage
from .reports import HeldSound, PlayReport, Refusal, TextReport
from .updates import Artifact, Deployment, DeploymentState, Installation, InstallState
from .upkeep import LogPart, TestAnswer, TestPlan, TestRound, VolumeProfile

__all__ = [
    "AnnouncedItem",
    "Artifact",
    "AwaitedSound",
    "Box",
    "CommandState",
    "DayTally",
    "Deployment",
    "DeploymentState",
    "EnrolmentCode",
    "GatewayShare",
    "GatewayState",
    "HeldSound",
    "HourTally",
    "InstallState",
    "Installation",
    "IssuerKey",
    "KeyPurpose",
    "Listening",
    "LocalIssue",
    "LogPart",
    "Outage",
    "OutageCause",
    "OutgoingCommand",
    "Output",
    "PlayReport",
    "Refusal",
    "RetainedMessage",
    "StationKey",
    "TestAnswer",
    "TestPlan",
    "TestRound",
    "TextReport",
    "VolumeProfile",
]
