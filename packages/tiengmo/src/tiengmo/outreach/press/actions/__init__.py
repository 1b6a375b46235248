from .import_mentions import import_mentions
from .note import note_meeting, note_mention, remove_mention, save_agreement

__all__ = [
    "import_mentions",
    "note_meeting",
    "note_mention",
    "remove_mention",
    "save_agreement",
]
