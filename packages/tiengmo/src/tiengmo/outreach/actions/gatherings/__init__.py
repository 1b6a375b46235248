"""An event's life, one verb a file."""

from .cancel_event import cancel_event
from .publish_event import publish_event
from .publish_minutes import publish_minutes
from .save_event import save_event

__all__ = ["cancel_event", "publish_event", "publish_minutes", "save_event"]
