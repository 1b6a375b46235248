"""Verbs of the speakers app."""

from .await_sounds import await_sounds
from .clear_alert import clear_alert
from .commands import play_test_tone, retire_box, set_volume, stop_playing
from .enrol_box import Enrolment, enrol_box
from .issue_station_key import issue_station_key
from .make_enrolment_code import make_enrolment_code
from .publish_alert import AlertWords, publish_alert, sign_alert
from .publish_assignment import publish_assignment
from .publish_schedule import publish_schedule
from .publish_texts import publish_texts
from .revoke_station_key import revoke_station_key
from .set_up_keys import set_up_keys

__all__ = [
    "AlertWords",
    "Enrolment",
    "await_sounds",
    "clear_alert",
    "enrol_box",
    "issue_station_key",
    "make_enrolment_code",
    "play_test_tone",
    "publish_alert",
    "publish_assignment",
    "publish_schedule",
    "publish_texts",
    "retire_box",
    "revoke_station_key",
    "set_up_keys",
    "set_volume",
    "sign_alert",
    "stop_playing",
]
