"""What every provider's interface is turned into: one question, and one of few answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise


class Said(Enum):
    """What became of one message, as far as the provider's answer tells."""

    ACCEPTED = "accepted"
    # This number or this text, for good: trying again changes nothing.
    REFUSED = "refused"
    NO_SUCH_NUMBER = "no_such_number"
    # Certainly not taken; later perhaps.
    NOT_YET = "not_yet"
    # Nobody's message will be taken until somebody does something: credentials, credit, sender.
    TROUBLE = "trouble"
    # It may have been taken, or not.
    UNSURE = "unsure"


@dataclass(frozen=True)
class Answer:
    said: Said
    detail: str = ""
    reference: str = ""
    wait_seconds: float | None = None


@dataclass(frozen=True)
class Sending:
    """One message as a provider is asked to carry it."""

    key: str  # the same for the same message, however often it is handed over
    number: str  # 84912345678
    text: str
    is_plain: bool
    callback_url: str


@dataclass(frozen=True)
class Account:
    """What is stored of a provider, opened."""

    base_url: str
    sender: str
    credentials: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """A request to make. `url` is below the account's base address."""

    method: str
    url: str
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = None


@dataclass(frozen=True)
class Report:
    """What a callback says: of which message, and whether it arrived. state: of Message.State."""

    state: str
    key: str = ""
    reference: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Reply:
    """What somebody wrote back."""

    number: str
    text: str


class Form(Protocol):
    """One provider's interface. Pure: it makes requests and reads answers, and sends nothing."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str | _StrPromise: ...

    @property
    def base_url(self) -> str:
        """The published address; an account may name another (a proxy, a test system)."""

    @property
    def secrets(self) -> Sequence[tuple[str, str | _StrPromise]]:
        """The credentials it asks for: (name, label) pairs."""

    @property
    def takes_key(self) -> bool:
        """Does it send once what is handed over twice with the same key?"""

    @property
    def is_real(self) -> bool:
        """Does a message it accepts go to a telephone?"""

    def send(self, account: Account, sending: Sending) -> Asked: ...

    def read(self, status: int, body: Any) -> Answer:
        """Read a JSON answer to `send`."""

    def test(self, account: Account) -> Asked:
        """A request that proves the credentials and sends nothing."""

    def read_test(self, status: int, body: Any) -> tuple[bool, str]:
        """Are they good, and what it said."""

    def callback(self, given: Mapping[str, str], body: Any) -> Report | Reply | None:
        """Read a callback: the parameters of its address, and its JSON; None: nothing we use."""
