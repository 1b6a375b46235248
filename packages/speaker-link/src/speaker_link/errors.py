from enum import StrEnum


class RefusalReason(StrEnum):
    """Why a message was not obeyed; the table in docs/speaker-link.md explains each to a person."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    REVOKED = "revoked"
    CERTIFICATE_EXPIRED = "certificate_expired"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WRONG_AREA = "wrong_area"
    OVER_PRIORITY = "over_priority"
    WRONG_KIND = "wrong_kind"
    REPLAYED = "replayed"
    ONE_SIGNATURE_SHORT = "one_signature_short"
    OLDER_VERSION = "older_version"
    TEST_MESSAGE = "test_message"
    UNTRUSTED_TIME = "untrusted_time"
    WRONG_STREAM = "wrong_stream"
    WRONG_PLATFORM = "wrong_platform"


class Refused(Exception):
    """The only exception that reading a message from the wire raises.

    `message_id` is what the message called itself, for the report; when the reason is a missing or
    wrong signature it is unproven. What `concerns_others` was said to other villages of a station
    that this box follows: no fault of anybody's, so it is not reported.
    """

    def __init__(
        self, reason: RefusalReason, detail: str = "", message_id: str | None = None
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.message_id = message_id
        self.concerns_others = False


class InvalidEnrolmentCode(ValueError):
    """The text is no enrolment code, or it was mistyped."""


class InvalidKey(ValueError):
    """The JWK is not a usable Ed25519 key."""
