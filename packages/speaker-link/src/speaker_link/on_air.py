"""Bodies of what cannot wait for a schedule: live sound and alerts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speaker_link.fields import AreaCode, Count, Instant, KeyName, Title, Version
from speaker_link.keys import decode_base64url, encode_base64url
from speaker_link.parts import Body, Edition

# Reports name `{takeover}.{stream}` and `{alert}.{version}.{n}`, which must fit an identifier.
EventName = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,36}$")]
StreamName = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,27}$")]

LIVE_RATE = 48_000
# A segment is worth nothing once its instant has passed.
LIVE_GRACE = timedelta(seconds=10)
MAX_SEGMENT_MS = 5000
MAX_PACKETS_TEXT = 130_000
MAX_PACKET_BYTES = 1275
# A stream without a segment to play for this long gives the box back to its schedule.
HOLD_MS = 5000

# RFC 6716, table 2: samples of one frame at 48 kHz, by the packet's configuration.
_SILK = (480, 960, 1920, 2880)
_HYBRID = (480, 960)
_CELT = (120, 240, 480, 960)
_TWO_FRAMES = frozenset({1, 2})


class Takeover(Body):
    """A station's boxes leave their schedule for a live stream, which the key `kid` will sign."""

    version: Version
    takeover: EventName
    station: AreaCode
    title: Title
    stream: StreamName
    kid: KeyName
    start: Instant
    until: Instant
    ended: bool = False
    # Sound of another station, not of a microphone.
    relay: bool = False

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.until <= self.start:
            raise ValueError("until is not after start")
        return self


def pack(packets: list[bytes]) -> str:
    """Opus packets as they stand in a segment: each after its length in two bytes."""
    return encode_base64url(b"".join(len(one).to_bytes(2, "big") + one for one in packets))


def unpack(text: str) -> list[bytes]:
    """The packets of a segment.

    Raises ValueError: the text is no such list.
    """
    return list(_unpack(text))


def _unpack(text: str) -> Iterator[bytes]:
    raw = decode_base64url(text)
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        packet = raw[at + 2 : at + 2 + length]
        # A length that is itself cut off names more than there is.
        if not length or len(packet) != length:
            raise ValueError("packets do not end where they say")
        yield packet
        at += 2 + length


def samples_in(packet: bytes) -> int:
    """How many samples at 48 kHz an Opus packet holds, by its first bytes (RFC 6716, section 3)."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:  # noqa: PLR2004 - the table's rows
        frame = _SILK[configuration % 4]
    elif configuration < 16:  # noqa: PLR2004
        frame = _HYBRID[configuration % 2]
    else:
        frame = _CELT[configuration % 4]
    if code == 0:
        return frame
    if code in _TWO_FRAMES:
        return 2 * frame
    return frame * (packet[1] & 63) if len(packet) > 1 else 0


class Live(Body):
    """A second or so of a takeover's sound, and the instant at which it leaves every box."""

    takeover: EventName
    station: AreaCode
    stream: StreamName
    sequence: Count
    start: Instant
    duration_ms: Annotated[int, Field(ge=100, le=MAX_SEGMENT_MS)]
    codec: Literal["opus"] = "opus"
    sample_rate: Literal[48000] = LIVE_RATE  # type: ignore[assignment] # the same number
    channels: Literal[1] = 1
    packets: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]+$", max_length=MAX_PACKETS_TEXT)]
    # Something is missing before it: do not join it to what played.
    discontinuity: bool = False
    # Nothing follows in this stream.
    last: bool = False

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        packets = unpack(self.packets)
        if any(len(packet) > MAX_PACKET_BYTES for packet in packets):
            raise ValueError("a packet longer than Opus allows")
        if sum(map(samples_in, packets)) * 1000 != self.duration_ms * LIVE_RATE:
            raise ValueError("the packets last longer or shorter than duration_ms")
        return self


class Alert(Body):
    """Words that every box of its areas says at once, and again, until somebody takes them back.

    `status` and `msg_type` are those of CAP 1.2. An `Update` or `Cancel` of the same alert has a
    higher version; one that replaces other alerts names them in `references`.
    """

    version: Version
    alert: EventName
    station: AreaCode
    status: Literal["Actual", "Exercise", "Test"]
    msg_type: Literal["Alert", "Update", "Cancel"]
    title: Title
    start: Instant
    until: Instant
    # Silence is all that a Cancel may say instead of a spoken all-clear.
    editions: Annotated[list[Edition], Field(max_length=20)]
    # From start to start; 0: once.
    repeat_ms: Annotated[int, Field(ge=0, le=24 * 3600 * 1000)] = 0
    references: Annotated[list[EventName], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.until <= self.start:
            raise ValueError("until is not after start")
        if self.msg_type == "Cancel":
            if self.repeat_ms:
                raise ValueError("an all-clear is said once")
        elif not self.editions:
            raise ValueError("an alert without words")
        if self.repeat_ms and self.repeat_ms < max(one.duration_ms for one in self.editions):
            raise ValueError("repeated before it ends")
        if self.alert in self.references:
            raise ValueError("an alert that replaces itself")
        return self
