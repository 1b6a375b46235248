"""A question's life, one verb a file."""

from .answer_question import answer_question
from .ask_question import Contact, ask_question
from .assign_question import assign_question
from .correct_answer import correct_answer
from .erase_contacts import erase_contacts
from .publish_answer import publish_answer
from .refuse_question import refuse_question, refuse_questions
from .send_back_answer import send_back_answer
from .withdraw_answer import withdraw_answer

__all__ = [
    "Contact",
    "answer_question",
    "ask_question",
    "assign_question",
    "correct_answer",
    "erase_contacts",
    "publish_answer",
    "refuse_question",
    "refuse_questions",
    "send_back_answer",
    "withdraw_answer",
]
