"""The program on the box: which one the locality released, and what became of it on a box."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from speaker_link.fields import Count, Identifier, Instant, Sha256, Text
from speaker_link.parts import Body

# Each text of an order: a signed `update` with its certificate is below 3 kB.
MAX_UPDATES = 4
MAX_UPDATE_TEXT = 16_384
MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024
# An old program has old faults: the leave to go back to it ends soon.
LONGEST_ROLL_BACK_LIFE = timedelta(days=14)

ProgramVersion = Annotated[
    str, Field(pattern=r"^(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){1,3}$", max_length=32)
]


def order_of(version: str) -> tuple[int, ...]:
    """Higher for a later version; 1.2 and 1.2.0 are the same one.

    Raises ValueError for a text that is no such version.
    """
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


class Update(Body):
    """A program that the boxes of these areas may run: one archive for one platform.

    It says that the archive is good, not who is to install it when: that is a command's business.
    """

    version: ProgramVersion
    architecture: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
    python: Annotated[str, Field(pattern=r"^3\.\d{1,3}$")]
    sha256: Sha256
    bytes: Annotated[int, Field(ge=1, le=MAX_ARCHIVE_BYTES)]
    unpacked_bytes: Annotated[int, Field(ge=1, le=MAX_UNPACKED_BYTES)]
    # Only with it may a box go down to a lower version, and only from this one or a lower one.
    is_roll_back: bool = False
    from_at_most: ProgramVersion | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.is_roll_back != (self.from_at_most is not None):
            raise ValueError("from_at_most belongs to a roll-back, and to nothing else")
        if self.from_at_most and order_of(self.from_at_most) <= order_of(self.version):
            raise ValueError("a roll-back that leads nowhere down")
        return self

    def fits(self, architecture: str, python: str) -> bool:
        return (self.architecture, self.python) == (architecture, python)

    def may_follow(self, installed: str) -> bool:
        """May it be installed where this version runs?"""
        here = order_of(installed)
        if here <= order_of(self.version):
            return True
        return self.from_at_most is not None and here <= order_of(self.from_at_most)


class UpdateReport(Body):
    """How far an `install_update` came. `rolled_back`: the box runs the program before again."""

    command_id: Identifier
    state: Literal["installing", "confirmed", "rolled_back", "failed"]
    version: ProgramVersion
    # Why it failed or was rolled back: a name, so that a server can say it in its own language.
    reason: Identifier | None = None
    detail: Text = ""
    reported_at: Instant
    # From the end of the program before to the moment when this one can play.
    silent_ms: Count | None = None
