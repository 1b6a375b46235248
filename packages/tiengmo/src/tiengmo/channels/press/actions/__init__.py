from .ask_for_accreditation import ask_for_accreditation
from .decide import accredit, end_accreditation, refuse, register_journalist
from .forget import erase_journalist, forget_old
from .keep_kit import add_kit_file, remove_kit_file
from .keep_lists import remove_spokesperson, save_outlet, save_spokesperson
from .sign_in import ask_for_link, leave_room, note_reading, open_room

__all__ = [
    "accredit",
    "add_kit_file",
    "ask_for_accreditation",
    "ask_for_link",
    "end_accreditation",
    "erase_journalist",
    "forget_old",
    "leave_room",
    "note_reading",
    "open_room",
    "refuse",
    "register_journalist",
    "remove_kit_file",
    "remove_spokesperson",
    "save_outlet",
    "save_spokesperson",
]
