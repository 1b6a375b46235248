"""Proof of play: what a box says came out of it."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from speaker_link.fields import AreaCode, Count, Identifier, Instant, Language, Sha256
from speaker_link.parts import Body


class Outcome(StrEnum):
    PLAYED = "played"
    CUT = "cut"
    MISSED = "missed"


class CutReason(StrEnum):
    """Why an item was cut or missed."""

    NO_SOUND = "no_sound"
    BAD_SOUND = "bad_sound"
    TOO_LATE = "too_late"
    UNTRUSTED_TIME = "untrusted_time"
    QUIET_HOURS = "quiet_hours"
    PRE_EMPTED = "pre_empted"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    RESTARTED = "restarted"
    DEVICE_FAILED = "device_failed"
    MUTED = "muted"
    RETIRED = "retired"
    OVER_LIMIT = "over_limit"
    # A live stream that came with holes.
    GAPS = "gaps"


class PlayReport(Body):
    """What came out, counted at the sound device. The envelope's `id` is the report's id."""

    item_id: Identifier
    station: AreaCode
    outcome: Annotated[Outcome, Field(strict=False)]
    reason: Annotated[CutReason, Field(strict=False)] | None = None
    language: Language | None = None
    sha256: Sha256 | None = None
    scheduled_start: Instant
    # On the server's clock, of the first sample; the error is this minus the scheduled start.
    started_at: Instant | None = None
    start_error_ms: Annotated[float, Field(ge=-1e13, le=1e13)] | None = None
    sample_rate: Annotated[int, Field(ge=8000, le=192_000)] | None = None
    samples_expected: Count = 0
    samples_played: Count = 0
    underruns: Count = 0
    # Of a live stream only, which has no edition: how often it broke off.
    gaps: Count | None = None
    # RMS of what was handed to the device, full scale sine = -3.01; digital silence is null.
    level_dbfs: Annotated[float, Field(ge=-200, le=10)] | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.outcome is Outcome.PLAYED) != (self.reason is None):
            raise ValueError("a reason belongs to what was cut or missed, and only to it")
        if self.outcome is Outcome.MISSED:
            if self.samples_played or self.started_at is not None:
                raise ValueError("what was missed has no sound")
        elif None in (self.started_at, self.start_error_ms, self.sample_rate):
            raise ValueError("what sounded has a start and a sample rate")
        elif self.gaps is None and None in (self.sha256, self.language):
            raise ValueError("what sounded has an edition")
        if self.gaps is not None and (self.sha256 is not None or self.language is not None):
            raise ValueError("a live stream has no edition")
        return self
