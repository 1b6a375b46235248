from .add_screen import add_screen, make_code
from .change_screen import change_screen
from .enrol_screen import enrol_screen, screen_of
from .put_up_slide import end_slide, put_up_slide
from .revoke_screen import revoke_screen
from .take_report import give_playlist, take_report

__all__ = [
    "add_screen",
    "change_screen",
    "end_slide",
    "enrol_screen",
    "give_playlist",
    "make_code",
    "put_up_slide",
    "revoke_screen",
    "screen_of",
    "take_report",
]
