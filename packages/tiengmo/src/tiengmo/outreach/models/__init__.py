from .answer import Answer
from .event import Event, EventKind
from .question import Question
from .topic import Topic

__all__ = ["Answer", "Event", "EventKind", "Question", "Topic"]
