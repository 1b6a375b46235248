"""Verbs of the speakers app."""

from .commands import play_test_tone, retire_box, set_volume, stop_playing
from .enrol_box import Enrolment, enrol_box
from .issue_station_key import issue_station_key
from .make_enrolment_code import make_enrolment_code
from .publish_assignment import publish_assignment
from .publish_schedule import publish_schedule
from .revoke_station_key import revoke_station_key
from .set_up_keys import set_up_keys

__all__ = [
    "Enrolment",
    "enrol_box",
    "issue_station_key",
    "make_enrolment_code",
    "play_test_tone",
    "publish_assignment",
    "publish_schedule",
    "retire_box",
    "revoke_station_key",
    "set_up_keys",
    "set_volume",
    "stop_playing",
]
