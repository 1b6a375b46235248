"""What every network's interface is turned into: one question, and one of few answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from tiengmo.channels.social.rules import Content
    from tiengmo.channels.zalo import Tokens


class Said(Enum):
    """What became of one request, as far as the network's answer tells."""

    DONE = "done"
    # Taken; ask again with the ticket for the post's own number.
    PROCESSING = "processing"
    # This post, for good: trying again changes nothing.
    REFUSED = "refused"
    # The post it was about is not there: never was, or somebody took it down.
    NOT_THERE = "not_there"
    # Certainly not taken; later perhaps.
    NOT_YET = "not_yet"
    # As NOT_YET, and for every account of this network: the application is over its rate.
    ALL_WAIT = "all_wait"
    # Nothing of this account will be taken until somebody does something: a revoked token.
    TROUBLE = "trouble"
    # The token is not good any more, and there is one to ask a new one with.
    TOKEN_ENDED = "token_ended"  # noqa: S105 (a name)
    # It may have been taken, or not.
    UNSURE = "unsure"


@dataclass(frozen=True)
class Figures:
    """None: the network did not say."""

    views: int | None = None
    viewers: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None


@dataclass(frozen=True)
class Answer:
    said: Said
    detail: str = ""
    reference: str = ""
    ticket: str = ""
    address: str = ""
    wait_seconds: float | None = None
    figures: Figures | None = None
    followers: int | None = None
    tokens: Tokens | None = None


@dataclass(frozen=True)
class Access:
    """What is stored of an account and of its network's application, opened."""

    account_id: str
    credentials: Mapping[str, str] = field(repr=False)
    app: Mapping[str, str] = field(default_factory=dict, repr=False)
    cover_url: str = ""


@dataclass(frozen=True)
class Asked:
    """A request to make. `url` is below the network's base address, or whole.

    Secrets go in headers and bodies, never in the address: addresses stand in logs.
    """

    method: str
    url: str
    json: Any = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Form(Protocol):
    """One network's interface. Pure: it makes requests and reads answers, and sends nothing."""

    @property
    def code(self) -> str: ...

    @property
    def label(self) -> str | _StrPromise: ...

    @property
    def base_url(self) -> str:
        """The published address."""

    @property
    def secrets(self) -> Sequence[tuple[str, str | _StrPromise]]:
        """What an account's connection needs: (name, label) pairs."""

    @property
    def app_secrets(self) -> Sequence[tuple[str, str | _StrPromise]]:
        """What the application needs, once for all accounts."""

    @property
    def needs_cover(self) -> bool: ...

    def publish(self, access: Access, content: Content) -> Asked: ...

    def edit(self, access: Access, reference: str, content: Content) -> Asked: ...

    def remove(self, access: Access, reference: str) -> Asked: ...

    def read(self, status: int, body: Any) -> Answer:
        """Read a JSON answer to any of the three."""

    def follow_up(self, access: Access, ticket: str) -> Asked:
        """Ask for the number of a post that is being made."""

    def read_follow_up(self, status: int, body: Any) -> Answer: ...

    def look(self, access: Access) -> Asked:
        """Ask for the newest posts of the account, to find one that may have been taken."""

    def find(self, body: Any, content: Content, since: datetime) -> Answer:
        """That post among them (DONE), or NOT_THERE."""

    def figures(self, access: Access, reference: str) -> Asked: ...

    def read_figures(self, status: int, body: Any, reference: str) -> Answer: ...

    def test(self, access: Access) -> Asked:
        """A request that proves the credentials and posts nothing; it tells the followers too."""

    def read_test(self, status: int, body: Any, access: Access) -> Answer: ...

    def renew(self, access: Access) -> Asked | None:
        """Ask for new tokens; None: this network's do not change by themselves."""

    def read_renew(self, status: int, body: Any) -> Answer: ...
