"""What every provider's interface is turned into: one question, and one of few answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from tiengmo.channels.zalo import Tokens


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
    # Certainly not taken: this way does not lead to this number, another may.
    OTHER_WAY = "other_way"


@dataclass(frozen=True)
class Answer:
    said: Said
    detail: str = ""
    reference: str = ""
    wait_seconds: float | None = None
    # The access token is worth nothing any more: renew it before the next request.
    is_token_ended: bool = False


@dataclass(frozen=True)
class Sending:
    """One message as a provider is asked to carry it."""

    key: str  # the same for the same message, however often it is handed over
    number: str  # 84912345678
    text: str
    is_plain: bool
    callback_url: str
    # What a template is filled with, where messages are templates: {parameter: value}.
    fields: Mapping[str, str] = field(default_factory=dict)
    is_withdrawal: bool = False


@dataclass(frozen=True)
class Account:
    """What is stored of a provider, opened."""

    base_url: str
    sender: str
    credentials: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request to make. `url`: below the account's base address, or whole."""

    method: str
    url: str
    json: Any = None
    form: Mapping[str, str] | None = None
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


@dataclass(frozen=True)
class Setting:
    """Something that a protocol asks for and that is no secret."""

    name: str
    label: str | _StrPromise
    help: str | _StrPromise = ""
    is_required: bool = True
    is_long: bool = False  # several lines


class Form(Protocol):
    """One provider's interface, whatever it speaks."""

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
    def kept(self) -> Sequence[str]:
        """Names of credentials that are made while it is used, and typed by nobody."""

    @property
    def settings(self) -> Sequence[Setting]: ...

    @property
    def via(self) -> str:
        """Of Message.Via."""

    @property
    def takes_key(self) -> bool:
        """Does it send once what is handed over twice with the same key?"""

    @property
    def is_real(self) -> bool:
        """Does a message it accepts go to a telephone?"""

    @property
    def calls_back(self) -> bool:
        """Does it report by requests to our address?"""

    def settings_problem(self, settings: Mapping[str, str]) -> str:
        """What is wrong with the settings, for who typed them; "" when nothing is."""


class HttpForm(Form, Protocol):
    """An interface of requests and answers. Pure: it makes and reads them, and sends nothing."""

    def send(self, account: Account, sending: Sending) -> Asked: ...

    def read(self, status: int, body: Any) -> Answer:
        """Read a JSON answer to `send`."""

    def test(self, account: Account) -> Asked:
        """A request that proves the credentials and sends nothing."""

    def read_test(self, status: int, body: Any, account: Account) -> tuple[bool, str]:
        """Are they good, and what it said."""

    def renew(self, account: Account) -> Asked | None:
        """The request for new credentials, of a provider whose own end while they are used."""

    def read_renew(self, status: int, body: Any) -> Tokens | Answer: ...

    def is_genuine(self, account: Account, headers: Mapping[str, str], raw: bytes) -> bool:
        """Is a callback the provider's, as far as it signs them?"""

    def callback(self, given: Mapping[str, str], body: Any) -> Report | Reply | None:
        """Read a callback: the parameters of its address, and its JSON; None: nothing we use."""


class Usual:
    """What holds for most providers."""

    kept: Sequence[str] = ()
    settings: Sequence[Setting] = ()
    via = "sms"
    is_real = True
    calls_back = True

    def settings_problem(self, settings: Mapping[str, str]) -> str:
        del settings
        return ""

    def renew(self, account: Account) -> Asked | None:
        del account
        return None

    def read_renew(self, status: int, body: Any) -> Tokens | Answer:
        raise NotImplementedError

    def is_genuine(self, account: Account, headers: Mapping[str, str], raw: bytes) -> bool:
        """The address itself is signed."""
        del account, headers, raw
        return True
