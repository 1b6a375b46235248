from enum import StrEnum


class Priority(StrEnum):
    """Thông tư 39/2020: routine < priority < emergency. Compare with `rank`, not with `<`."""

    ROUTINE = "routine"
    PRIORITY = "priority"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {Priority.ROUTINE: 0, Priority.PRIORITY: 1, Priority.EMERGENCY: 2}


class Kind(StrEnum):
    """What a message is: the `typ` of its payload."""

    # to boxes
    SCHEDULE = "schedule"
    TAKEOVER = "takeover"
    LIVE = "live"
    ALERT = "alert"
    # to boxes that have a text board
    TEXT = "text"
    ASSIGNMENT = "assignment"
    REVOCATIONS = "revocations"
    ROOT_ROTATION = "root_rotation"
    COMMAND = "command"
    TIME = "time"
    ACK = "ack"
    ENROLMENT_ANSWER = "enrolment_answer"
    # to boxes, inside a command
    UPDATE = "update"
    # from boxes
    STATUS = "status"
    PLAY_REPORT = "play_report"
    HELD = "held"
    TEXT_REPORT = "text_report"
    REFUSAL = "refusal"
    COMMAND_RESULT = "command_result"
    LOG = "log"
    LOCAL_ISSUE = "local_issue"
    UPDATE_REPORT = "update_report"
    TIME_REQUEST = "time_request"
    ENROLMENT_REQUEST = "enrolment_request"


# What a station's certificate may name; the rest belong to the root key alone or to boxes.
CERTIFIABLE_KINDS = frozenset(
    {
        Kind.SCHEDULE,
        Kind.TAKEOVER,
        Kind.LIVE,
        Kind.ALERT,
        Kind.TEXT,
        Kind.ASSIGNMENT,
        Kind.COMMAND,
        Kind.TIME,
        Kind.ACK,
        Kind.ENROLMENT_ANSWER,
        Kind.UPDATE,
    }
)
# The root key stays offline; a message it signed itself can only be one of these.
ROOT_KINDS = frozenset(
    {Kind.ASSIGNMENT, Kind.REVOCATIONS, Kind.ROOT_ROTATION, Kind.ENROLMENT_ANSWER}
)
# State, kept by the broker and ordered by `version`; the others are events, told apart by id.
RETAINED_KINDS = frozenset(
    {
        Kind.SCHEDULE,
        Kind.TAKEOVER,
        Kind.ALERT,
        Kind.TEXT,
        Kind.ASSIGNMENT,
        Kind.REVOCATIONS,
        Kind.ROOT_ROTATION,
    }
)
# A station's words, addressed to areas; each names its station.
STATION_KINDS = frozenset({Kind.SCHEDULE, Kind.TAKEOVER, Kind.LIVE, Kind.ALERT, Kind.TEXT})
# Addressed to areas: what stations say, and which programs are good there.
AREA_KINDS = STATION_KINDS | {Kind.UPDATE}
# A box that does not know the time may still learn the time, who it is and whom to distrust.
TIMELESS_KINDS = frozenset(
    {
        Kind.TIME,
        Kind.ACK,
        Kind.ASSIGNMENT,
        Kind.REVOCATIONS,
        Kind.ROOT_ROTATION,
        Kind.ENROLMENT_ANSWER,
    }
)
