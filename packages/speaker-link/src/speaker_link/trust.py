"""Whom a box believes, and who the box is."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from speaker_link import certificates
from speaker_link.certificates import Certificate
from speaker_link.keys import PublicKey
from speaker_link.kinds import Priority
from speaker_link.messages import Assignment, Revocations, RootRotation, Takeover

MAX_REMEMBERED = 64


@dataclass(frozen=True)
class Root:
    """A pinned root key; one that was replaced counts only `until` then."""

    key: PublicKey
    until: datetime | None = None


@dataclass(frozen=True)
class Trust:
    """The pinned roots and what they have revoked (kids and certificate serials)."""

    roots: tuple[Root, ...]
    revoked: frozenset[str] = frozenset()
    # A certificate that was checked once under these roots need not be checked again.
    _checked: dict[str, Certificate] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def in_root(cls, key: PublicKey) -> "Trust":
        return cls(roots=(Root(key),))

    def root(self, kid: str, *, now: datetime) -> PublicKey | None:
        for root in self.roots:
            if root.key.kid == kid and (root.until is None or now < root.until):
                return root.key
        return None

    def certificate(self, text: str, *, now: datetime) -> Certificate:
        """Read a certificate under the roots that count now; `Refused` otherwise."""
        certificate = self._checked.get(text)
        if certificate is not None:
            return certificate
        current = [root.key for root in self.roots if root.until is None or now < root.until]
        certificate = certificates.read(text, roots=current)
        # Under a root that ends, the next look must ask again.
        if all(root.until is None for root in self.roots):
            if len(self._checked) >= MAX_REMEMBERED:
                self._checked.clear()
            self._checked[text] = certificate
        return certificate

    def has_revoked(self, *names: str) -> bool:
        return not self.revoked.isdisjoint(names)

    def with_revocations(self, body: Revocations) -> "Trust":
        """After a verified list. What was revoked once stays so, whatever a later list says."""
        return replace(self, revoked=self.revoked | set(_names(body)), _checked={})

    def with_rotation(self, body: RootRotation) -> "Trust":
        """After a verified rotation: the new root, and the old ones until `old_until`."""
        old = tuple(
            replace(root, until=min(root.until or body.old_until, body.old_until))
            for root in self.roots
            if root.key != body.new_root
        )
        return replace(self, roots=(Root(body.new_root), *old), _checked={})


def _names(body: Revocations) -> Iterable[str]:
    for entry in body.revoked:
        yield from (name for name in (entry.certificate, entry.kid) if name is not None)


@dataclass(frozen=True)
class OpenStream:
    """A live stream that a takeover opened: who may sign its segments, for whom, until when."""

    station: str
    takeover: str
    stream: str
    kid: str
    areas: frozenset[str]
    priority: Priority
    until: datetime

    @classmethod
    def of(cls, body: Takeover, *, areas: Iterable[str], priority: Priority) -> "OpenStream":
        """After a verified takeover that is not over; `areas` and `priority` are its message's."""
        return cls(
            station=body.station,
            takeover=body.takeover,
            stream=body.stream,
            kid=body.kid,
            areas=frozenset(areas),
            priority=priority,
            until=body.until,
        )


@dataclass(frozen=True)
class Scope:
    """Who the box is. Before the first assignment it has a serial and nothing else.

    With `time_is_trusted` false, `now` must be an instant that has surely passed (the last trusted
    one that was stored): then only what is right at any time is accepted.
    """

    serial: str
    areas: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    is_test_mode: bool = False
    time_is_trusted: bool = True
    # Nonces of time requests that wait for their answer.
    nonces: frozenset[str] = frozenset()
    # Of the takeovers that are on air, each of them once.
    streams: tuple[OpenStream, ...] = ()

    @classmethod
    def of(
        cls,
        assignment: Assignment,
        *,
        time_is_trusted: bool = True,
        streams: Iterable[OpenStream] = (),
    ) -> "Scope":
        return cls(
            serial=assignment.serial,
            areas=tuple(assignment.areas),
            stations=tuple(assignment.stations),
            is_test_mode=assignment.is_test_mode,
            time_is_trusted=time_is_trusted,
            streams=tuple(streams),
        )
