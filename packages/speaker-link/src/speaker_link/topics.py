"""MQTT topics, and which kinds of message each may carry."""

import re
from typing import NamedTuple

from speaker_link.kinds import Kind

PREFIX = "tm/1"
REVOCATIONS = f"{PREFIX}/revocations"
ROOT = f"{PREFIX}/root"

# Neither separator nor wildcard of MQTT can stand in a name, so no name reaches another's topic.
_NAME = re.compile(r"[0-9A-Za-z._-]{1,64}")


class Topic(NamedTuple):
    """A topic taken apart: `owner` is a unit code or a box's serial, empty for a common topic.

    `name` is the takeover or alert that a station's topic is about.
    """

    kinds: frozenset[Kind]
    owner: str
    is_retained: bool
    is_from_box: bool
    name: str = ""


# path below the owner → kinds, retained?, written by the box?
_BOX_TOPICS = {
    "assignment": (frozenset({Kind.ASSIGNMENT}), True, False),
    "commands": (frozenset({Kind.COMMAND}), False, False),
    "time": (frozenset({Kind.TIME}), False, False),
    "acks": (frozenset({Kind.ACK}), False, False),
    "status": (frozenset({Kind.STATUS}), True, True),
    "reports": (
        frozenset(
            {
                Kind.PLAY_REPORT,
                Kind.HELD,
                Kind.TEXT_REPORT,
                Kind.REFUSAL,
                Kind.COMMAND_RESULT,
                Kind.LOG,
                Kind.LOCAL_ISSUE,
                Kind.UPDATE_REPORT,
            }
        ),
        False,
        True,
    ),
    "time-request": (frozenset({Kind.TIME_REQUEST}), False, True),
}
# path below the station → kind, retained?; a name follows
_STATION_TOPICS = {
    "takeover": (Kind.TAKEOVER, True),
    "live": (Kind.LIVE, False),
    "alerts": (Kind.ALERT, True),
}


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name for a topic: {name!r}")
    return name


def schedule(station: str) -> str:
    return f"{PREFIX}/stations/{_checked(station)}/schedule"


def text(station: str) -> str:
    return f"{PREFIX}/stations/{_checked(station)}/text"


def takeover(station: str, takeover: str) -> str:
    return f"{PREFIX}/stations/{_checked(station)}/takeover/{_checked(takeover)}"


def live(station: str, takeover: str) -> str:
    return f"{PREFIX}/stations/{_checked(station)}/live/{_checked(takeover)}"


def alert(station: str, alert: str) -> str:
    return f"{PREFIX}/stations/{_checked(station)}/alerts/{_checked(alert)}"


def assignment(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/assignment"


def commands(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/commands"


def time(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/time"


def acks(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/acks"


def status(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/status"


def reports(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/reports"


def time_request(serial: str) -> str:
    return f"{PREFIX}/boxes/{_checked(serial)}/time-request"


def of_station(station: str) -> list[str]:
    """What a box that follows a station subscribes to, in this order: a stream's key first."""
    below = f"{PREFIX}/stations/{_checked(station)}"
    return [f"{below}/alerts/+", f"{below}/takeover/+", f"{below}/live/+", schedule(station)]


def read_by_box(serial: str, stations: list[str]) -> list[str]:
    """What a box subscribes to, all with QoS 1. One with a text board reads `text` as well."""
    own = [assignment(serial), commands(serial), time(serial), acks(serial)]
    followed = [topic for station in stations for topic in of_station(station)]
    return [REVOCATIONS, ROOT, *own, *followed]


def written_by_box(serial: str) -> list[str]:
    return [status(serial), reports(serial), time_request(serial)]


# What the gateway subscribes to: every box's own words.
READ_BY_GATEWAY = [
    f"{PREFIX}/boxes/+/status",
    f"{PREFIX}/boxes/+/reports",
    f"{PREFIX}/boxes/+/time-request",
]


def parse(topic: str) -> Topic | None:
    """Take a topic apart; `None` when it is none of ours."""
    if topic == REVOCATIONS:
        return Topic(frozenset({Kind.REVOCATIONS}), "", is_retained=True, is_from_box=False)
    if topic == ROOT:
        return Topic(frozenset({Kind.ROOT_ROTATION}), "", is_retained=True, is_from_box=False)
    if not topic.startswith(PREFIX + "/"):
        return None
    match topic.removeprefix(PREFIX + "/").split("/"):
        case ["stations", owner, "schedule"] if _NAME.fullmatch(owner):
            return Topic(frozenset({Kind.SCHEDULE}), owner, is_retained=True, is_from_box=False)
        case ["stations", owner, "text"] if _NAME.fullmatch(owner):
            return Topic(frozenset({Kind.TEXT}), owner, is_retained=True, is_from_box=False)
        case ["stations", owner, group, name] if (
            group in _STATION_TOPICS and _NAME.fullmatch(owner) and _NAME.fullmatch(name)
        ):
            kind, is_retained = _STATION_TOPICS[group]
            return Topic(frozenset({kind}), owner, is_retained, is_from_box=False, name=name)
        case ["boxes", owner, leaf] if _NAME.fullmatch(owner) and leaf in _BOX_TOPICS:
            kinds, is_retained, is_from_box = _BOX_TOPICS[leaf]
            return Topic(kinds, owner, is_retained, is_from_box)
    return None
