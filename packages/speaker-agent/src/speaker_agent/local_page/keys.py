"""Opening a person's key at the box: judged before it is tried, tried slowly, forgotten at once."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from speaker_link.certificates import Certificate
from speaker_link.envelope import Signer
from speaker_link.errors import InvalidKey, Refused
from speaker_link.key_files import KeyFile, read_key_file
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Assignment
from speaker_link.sealing import WrongPassphrase
from speaker_link.trust import Trust

from speaker_agent.local_page.turned_away import TurnedAway

TRIES = 5
WAIT_SECONDS = 60.0
# Wrong passphrases of all keys together. Beyond, nobody is locked out, whose key ever it is, but
# each try waits a little: the processor has to play as well.
TRIES_IN_ALL = 20
PAUSE_SECONDS = 1.0
MAX_PASSPHRASE = 1024


@dataclass(frozen=True)
class Opened:
    """A key that is open for the signature made now."""

    signer: Signer
    certificate: Certificate


class Throttle:
    """Counts wrong passphrases by what they were to open, on the counter that nobody can set.

    Not by the key's name: names and certificates are public, and with a seal of their own
    anybody could use up a signer's tries.
    """

    def __init__(self, counter: Callable[[], float]) -> None:
        self._counter = counter
        self._wrong: dict[str, list[float]] = {}

    def check(self, file: KeyFile) -> float:
        """How many seconds to wait before trying. Raises TurnedAway while this file must rest."""
        now = self._counter()
        recent = {
            name: [at for at in times if now - at < WAIT_SECONDS]
            for name, times in self._wrong.items()
        }
        self._wrong = {name: times for name, times in recent.items() if times}
        in_all = sum(map(len, self._wrong.values()))
        if len(self._wrong.get(_seal(file), [])) >= TRIES:
            raise TurnedAway("too_many_tries", file.kid)
        return PAUSE_SECONDS if in_all >= TRIES_IN_ALL else 0.0

    def note_wrong(self, file: KeyFile) -> None:
        """One more wrong passphrase."""
        self._wrong.setdefault(_seal(file), []).append(self._counter())

    def forget(self, file: KeyFile) -> None:
        """The right one: the person is here."""
        self._wrong.pop(_seal(file), None)


def _seal(file: KeyFile) -> str:
    return hashlib.sha256(json.dumps(file.sealed, sort_keys=True).encode()).hexdigest()


class KeyDesk:
    """Where people's keys are opened, one at a time: each opening takes 64 MB for a moment."""

    def __init__(
        self,
        *,
        trust: Callable[[], Trust],
        now: Callable[[], datetime],
        assignment: Callable[[], Assignment | None],
        counter: Callable[[], float],
    ) -> None:
        self._trust = trust
        self._now = now
        self._assignment = assignment
        self._throttle = Throttle(counter)
        self._one_at_a_time = asyncio.Lock()

    async def open(self, raw: bytes, passphrase: str, *, kind: Kind) -> Opened:
        """The key in a file, if it may sign this kind here and the passphrase is right.

        What is no certified key of this place costs the box nothing. Raises TurnedAway.
        """
        try:
            file = read_key_file(raw)
        except InvalidKey as error:
            raise TurnedAway("bad_key_file", str(error)) from error
        certificate = self._judge(file, kind)
        if not passphrase or len(passphrase) > MAX_PASSPHRASE:
            raise TurnedAway("wrong_passphrase", certificate.holder)
        async with self._one_at_a_time:
            await asyncio.sleep(self._throttle.check(file))
            try:
                key = await asyncio.to_thread(file.open, passphrase)
            except WrongPassphrase as error:
                self._throttle.note_wrong(file)
                raise TurnedAway("wrong_passphrase", certificate.holder) from error
            except InvalidKey as error:
                raise TurnedAway("bad_key_file", str(error)) from error
            self._throttle.forget(file)
        return Opened(Signer(key, file.certificate), certificate)

    def _judge(self, file: KeyFile, kind: Kind) -> Certificate:
        assignment, now, trust = self._assignment(), self._now(), self._trust()
        if assignment is None:
            raise TurnedAway("no_assignment", is_reported=False)
        try:
            certificate = trust.certificate(file.certificate, now=now)
        except Refused as refusal:
            raise TurnedAway(str(refusal.reason), refusal.detail) from refusal
        who = certificate.holder
        if certificate.key.kid != file.kid:
            raise TurnedAway("bad_signature", f"{who}: the certificate is another key's")
        if trust.has_revoked(file.kid, certificate.serial):
            raise TurnedAway("revoked", who)
        if now >= certificate.exp:
            raise TurnedAway("certificate_expired", who)
        if not certificate.covers(assignment.areas):
            raise TurnedAway("wrong_area", who)
        if kind not in certificate.kinds:
            raise TurnedAway("wrong_kind", who)
        if certificate.highest_priority is not Priority.EMERGENCY:
            raise TurnedAway("over_priority", who)
        return certificate
