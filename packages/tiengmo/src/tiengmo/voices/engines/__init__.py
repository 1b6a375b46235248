"""Speech engines behind one interface, and which of them speaks a language here."""

from .choice import all_voices, choose_voice, engine_of
from .interface import Engine, Speech, Voice

__all__ = ["Engine", "Speech", "Voice", "all_voices", "choose_voice", "engine_of"]
