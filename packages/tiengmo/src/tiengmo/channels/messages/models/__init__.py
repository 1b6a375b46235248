from .message import Message, StrayReport
from .provider import Provider
from .subscriber import Subscriber

__all__ = ["Message", "Provider", "StrayReport", "Subscriber"]
