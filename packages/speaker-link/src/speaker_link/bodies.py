"""Which body each kind of message carries."""

from speaker_link.boards import BoardText, TextReport
from speaker_link.kinds import Kind
from speaker_link.local_issues import LocalIssue
from speaker_link.messages import (
    Ack,
    Alert,
    Assignment,
    Body,
    Command,
    CommandResult,
    EnrolmentAnswer,
    EnrolmentRequest,
    Held,
    Live,
    LogReport,
    PlayReport,
    RefusalReport,
    Revocations,
    RootRotation,
    Schedule,
    Status,
    Takeover,
    TimeAnswer,
    TimeRequest,
)
from speaker_link.updates import Update, UpdateReport

BODIES: dict[Kind, type[Body]] = {
    Kind.SCHEDULE: Schedule,
    Kind.TAKEOVER: Takeover,
    Kind.LIVE: Live,
    Kind.ALERT: Alert,
    Kind.TEXT: BoardText,
    Kind.ASSIGNMENT: Assignment,
    Kind.REVOCATIONS: Revocations,
    Kind.ROOT_ROTATION: RootRotation,
    Kind.COMMAND: Command,
    Kind.TIME: TimeAnswer,
    Kind.ACK: Ack,
    Kind.ENROLMENT_ANSWER: EnrolmentAnswer,
    Kind.UPDATE: Update,
    Kind.STATUS: Status,
    Kind.PLAY_REPORT: PlayReport,
    Kind.HELD: Held,
    Kind.TEXT_REPORT: TextReport,
    Kind.REFUSAL: RefusalReport,
    Kind.COMMAND_RESULT: CommandResult,
    Kind.LOG: LogReport,
    Kind.LOCAL_ISSUE: LocalIssue,
    Kind.UPDATE_REPORT: UpdateReport,
    Kind.TIME_REQUEST: TimeRequest,
    Kind.ENROLMENT_REQUEST: EnrolmentRequest,
}
KINDS: dict[type[Body], Kind] = {body: kind for kind, body in BODIES.items()}
