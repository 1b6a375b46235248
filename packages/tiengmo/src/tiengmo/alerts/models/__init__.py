"""What the alerts app remembers."""

from .alert import Alert, CapFile, Info, MsgType, Status
from .feed import Feed, Proposal
from .standing import Standing
from .template import Hazard, Template, TemplateText

__all__ = [
    "Alert",
    "CapFile",
    "Feed",
    "Hazard",
    "Info",
    "MsgType",
    "Proposal",
    "Standing",
    "Status",
    "Template",
    "TemplateText",
]
