from .accept_recording import accept_recording
from .render import render
from .speak import speak

__all__ = ["accept_recording", "render", "speak"]
