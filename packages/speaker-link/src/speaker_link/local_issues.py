"""What a box tells about words that two people issued at the box itself."""

from typing import Annotated, Literal

from pydantic import Field

from speaker_link.fields import Count, Instant
from speaker_link.parts import Body

MAX_SIGNED_TEXT = 65_536


class LocalIssue(Body):
    """Two people spoke through this box without the server, which judges their words again."""

    # The signed message as the box accepted it, byte for byte.
    text: Annotated[str, Field(min_length=1, max_length=MAX_SIGNED_TEXT)]
    way: Literal["signed_here", "handed_in"]
    issued_at: Instant
    time_is_trusted: bool
    # How long there had been no line to the broker; absent when there was one.
    link_down_seconds: Count | None = None
