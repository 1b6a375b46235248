"""Two people and a box: composing, signing, seconding, and obeying what they signed.

The box judges the result with the very inbox that judges what a broker brings.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import ValidationError
from speaker_link import envelope
from speaker_link.envelope import Message, new_id
from speaker_link.errors import Refused
from speaker_link.kinds import Kind, Priority
from speaker_link.local_issues import LocalIssue
from speaker_link.messages import Alert, Assignment, Edition, Takeover

from speaker_agent import made_at
from speaker_agent.local_page.bundles import Bundle, read_bundle
from speaker_agent.local_page.drafts import Draft, Drafts
from speaker_agent.local_page.keys import KeyDesk, Opened
from speaker_agent.local_page.recording import Recording, level
from speaker_agent.local_page.turned_away import TurnedAway
from speaker_agent.sound.store import NotThatSound

if TYPE_CHECKING:
    from speaker_agent.box import Box

log = logging.getLogger(__name__)

PREFIX = "local-"
ISSUED = "issued-here"
# As on the server: time to judge it, so that it begins at its instant.
LEAD = timedelta(milliseconds=700)
DRAFT_LIFE = timedelta(minutes=30)
KEPT = timedelta(days=7)
# A telephone that is a little slow is no reason to keep silent.
SLOW_AT_MOST = timedelta(days=1)
# The usual one first.
REPEATS_MINUTES = (5, 2, 10, 30, 0)
HOURS = (1, 3, 6, 12, 24)
MINUTES_TO_SPEAK = (2, 5, 10, 20)
Way = Literal["signed_here", "handed_in"]


@dataclass(frozen=True)
class Wish:
    """What the first person typed."""

    title: str
    area: str
    hours: int = 1
    repeat_minutes: int = 0
    minutes: int = 5


@dataclass(frozen=True)
class Issued:
    """What went out here, for the page and for carrying on."""

    text: str
    issued_at: float
    way: Way

    @property
    def message(self) -> Message[Any]:
        """As it was signed."""
        return envelope.peek(self.text)


BodyT = TypeVar("BodyT", Alert, Takeover)


def _made(body: type[BodyT], **members: Any) -> BodyT:
    try:
        return body(**members)
    except ValidationError as error:
        raise TurnedAway("bad_form", str(error)[:200]) from error


def _issued_before(kept: str) -> list[Issued]:
    """As an earlier program kept it; what this one cannot read must not stand in its way."""
    try:
        return [Issued(**one) for one in json.loads(kept)]
    except (TypeError, ValueError):
        log.exception("what was issued here before cannot be read")
        return []


class IssuingDesk:
    """One box's."""

    def __init__(self, box: Box) -> None:
        self.box = box
        counter = box.clock.monotonic
        self.drafts = Drafts(counter)
        self.keys = KeyDesk(
            trust=lambda: box.inbox.trust,
            now=box.inbox.now,
            assignment=lambda: box.assignment,
            counter=counter,
        )
        self._link_lost_at: float | None = counter()
        self.issued = _issued_before(box.journal.documents().get(ISSUED, "[]"))
        box.host.keep(self.drafts.sounds)
        self._storing = asyncio.Lock()

    # What there is to choose from

    @property
    def assignment(self) -> Assignment:
        """Raises TurnedAway before there is one."""
        if self.box.assignment is None:
            raise TurnedAway("no_assignment", is_reported=False)
        return self.box.assignment

    def station(self) -> str:
        """The smallest station that this box follows."""
        assignment = self.assignment
        found = next((code for code in assignment.areas if code in assignment.stations), None)
        if found is None:
            raise TurnedAway("no_assignment", is_reported=False)
        return found

    def areas(self) -> list[str]:
        """The codes that may be addressed, the largest first."""
        own = self.assignment.areas
        return list(reversed(own[: own.index(self.station()) + 1]))

    def held_sounds(self) -> dict[str, tuple[str, Edition]]:
        """Sounds that are here and have a name: title and edition, by hash."""
        return {
            entry.edition.sha256: (entry.item.title, entry.edition)
            for entry in self.box.book.entries.values()
            if entry.is_held
        }

    def link_down_seconds(self) -> int | None:
        """Since when no broker answers; None when one does."""
        now = self.box.clock.monotonic()
        if self.box.is_online:
            self._link_lost_at = None
            return None
        if self._link_lost_at is None:
            self._link_lost_at = now
        return int(now - self._link_lost_at)

    # The first signature

    async def compose_alert(
        self, wish: Wish, sound: bytes | str, key: bytes, passphrase: str, *, told_time: str = ""
    ) -> Draft:
        """Words for everybody; `sound` is a recording, or the hash of a sound that is here."""
        self.drafts.check_room()
        opened = await self.keys.open(key, passphrase, kind=Kind.ALERT)
        now = self._now(told_time, opened)
        edition = await self._edition(sound)
        repeat_ms = wish.repeat_minutes * 60_000
        body = _made(
            Alert,
            version=1,
            alert=PREFIX + new_id()[:16],
            station=self.station(),
            status="Actual",
            msg_type="Alert",
            title=wish.title,
            start=now,
            until=now + timedelta(hours=wish.hours),
            editions=[edition],
            repeat_ms=max(repeat_ms, edition.duration_ms + 1000) if repeat_ms else 0,
        )
        return self._sign(body, wish, opened, now)

    async def compose_all_clear(
        self, issued: Issued, sound: bytes | None, key: bytes, passphrase: str, *, told_time: str
    ) -> Draft:
        """The end of an alert that went out here; spoken if there is a recording."""
        self.drafts.check_room()
        opened = await self.keys.open(key, passphrase, kind=Kind.ALERT)
        before = issued.message
        now = self._now(told_time, opened)
        body = before.body.model_copy(
            update={
                "version": before.body.version + 1,
                "msg_type": "Cancel",
                "editions": [await self._edition(sound)] if sound else [],
                "start": now,
                "until": max(before.body.until, now + timedelta(hours=1)),
                "repeat_ms": 0,
            }
        )
        wish = Wish(title=body.title, area=(before.areas or [self.areas()[0]])[0])
        return self._sign(body, wish, opened, now)

    async def compose_takeover(
        self, wish: Wish, key: bytes, passphrase: str, *, told_time: str
    ) -> Draft:
        """A voice for everybody at this box, while somebody speaks."""
        self.drafts.check_room()
        opened = await self.keys.open(key, passphrase, kind=Kind.TAKEOVER)
        now = self._now(told_time, opened)
        body = _made(
            Takeover,
            version=1,
            takeover=PREFIX + new_id()[:16],
            station=self.station(),
            title=wish.title,
            stream="here",
            kid=self.box.pen.key.kid,
            start=now,
            until=now + DRAFT_LIFE + timedelta(minutes=wish.minutes),
        )
        return self._sign(body, wish, opened, now)

    def _sign(self, body: Alert | Takeover, wish: Wish, opened: Opened, now: datetime) -> Draft:
        if wish.area not in self.areas():
            raise TurnedAway("bad_form", "an area that is not the box's")
        try:
            message = envelope.compose(
                body,
                now=now,
                areas=[wish.area],
                priority=Priority.EMERGENCY,
                lives=body.until - now,
            )
        except ValidationError as error:
            raise TurnedAway("bad_form", str(error)[:200]) from error
        draft = Draft(
            text=envelope.sign(message, by=[opened.signer]),
            message=message,
            first=opened.certificate,
            made_at=self.box.clock.monotonic(),
            minutes=wish.minutes,
        )
        self.drafts.add(draft)
        log.warning(
            "%s: %s signed first: %s (%s)",
            self.box.serial, opened.certificate.holder, message.body.title, message.typ,
        )  # fmt: skip
        return draft

    def _now(self, told: str, opened: Opened) -> datetime:
        """The time; on a box that does not know it, what the telephone says, if that can be.

        It was later than when the box last knew the time and when its program was made, and it is
        earlier than the end of the key that signs: a message of the year 9999 would never end.
        """
        now = self.box.inbox.now()
        if self.box.clock.is_trusted:
            return now
        first, last = max(now, made_at()), opened.certificate.exp
        if not told:
            return first
        try:
            said = datetime.fromisoformat(told)
            said = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise TurnedAway("bad_form", "not an instant") from error
        if not first - SLOW_AT_MOST <= said < last:
            named = {"said": said, "first": first, "last": last}
            facts = {name: f"{at:%d/%m/%Y}" for name, at in named.items()}
            raise TurnedAway("wrong_date", told[:40], facts=facts)
        return max(first, said)

    # The second

    async def second(self, draft: Draft, key: bytes, passphrase: str) -> tuple[Message[Any], str]:
        """Add the second signature; if the box believes the two, it obeys. Raises TurnedAway.

        The message and its signed text.
        """
        opened = await self.keys.open(key, passphrase, kind=draft.message.typ)
        start = None
        if isinstance(draft.message.body, Alert) and self.box.clock.is_trusted:
            start = max(draft.message.body.start, self.box.inbox.now() + LEAD)
        self.drafts.get(draft.name)
        text = envelope.countersign(draft.text, by=opened.signer, start=start)
        message = await self._issue(text, "signed_here")
        self.drafts.drop(draft.name)
        return message, text

    async def hand_in(self, raw: bytes) -> Message[Any]:
        """An alert that two people signed at another box. Raises TurnedAway."""
        bundle = read_bundle(raw)
        try:
            claimed = envelope.peek(bundle.text)
        except Refused as refusal:
            raise TurnedAway(str(refusal.reason), refusal.detail) from refusal
        if not isinstance(claimed.body, Alert):
            raise TurnedAway("wrong_kind", "only alerts are carried on")
        wanted = {one.sha256: one.bytes for one in claimed.body.editions}
        if {name: len(sound) for name, sound in bundle.sounds.items()} != wanted:
            raise TurnedAway("not_that_sound", "the sounds are not those of the message")
        return await self._issue(bundle.text, "handed_in", sounds=bundle.sounds)

    async def _issue(
        self, text: str, way: Way, *, sounds: dict[str, bytes] | None = None
    ) -> Message[Any]:
        box = self.box
        try:
            if sounds:
                # Its sound is on the disk before it is remembered, and not before it is believed.
                await box.inbox.take_here(text, is_trial=True)
                for sound in sounds.values():
                    await self._store(sound)
            message = await box.inbox.take_here(text)
        except Refused as refusal:
            raise TurnedAway(str(refusal.reason), refusal.detail) from refusal
        report = LocalIssue(
            text=text,
            way=way,
            issued_at=box.pen.now(),
            time_is_trusted=box.clock.is_trusted,
            link_down_seconds=self.link_down_seconds(),
        )
        await box.reporter.send(Kind.LOCAL_ISSUE, report)
        log.warning("%s: issued at the box: %s (%s)", box.serial, message.body.title, message.id)
        if isinstance(message.body, Alert):
            await box.desk.take_alert(message, text, without_time=not box.clock.is_trusted)
            self._keep(Issued(text, box.clock.now(), way))
        return message

    def _keep(self, issued: Issued) -> None:
        name = issued.message.body.alert
        oldest = self.box.clock.now() - KEPT.total_seconds()
        others = [
            one for one in self.issued if one.message.body.alert != name and one.issued_at > oldest
        ]
        self.issued = [issued, *others][:20]
        kept = [vars(one) for one in self.issued]
        self.box.journal.keep(ISSUED, json.dumps(kept))

    def issued_as(self, name: str) -> Issued:
        """One that went out here, by its alert's name. Raises TurnedAway."""
        found = next((one for one in self.issued if one.message.body.alert == name), None)
        if found is None:
            raise TurnedAway("no_such_draft", is_reported=False)
        return found

    def bundle(self, issued: Issued) -> Bundle:
        """For carrying on."""
        store = self.box.host.store
        names = [one.sha256 for one in issued.message.body.editions]
        try:
            sounds = {name: store.verified(name).read_bytes() for name in names}
        except (NotThatSound, OSError) as error:
            raise TurnedAway("not_that_sound", str(error), is_reported=False) from error
        return Bundle(issued.text, sounds)

    # Sounds

    async def _edition(self, sound: bytes | str) -> Edition:
        language = self.assignment.languages[0]
        if isinstance(sound, str):
            held = self.held_sounds().get(sound)
            if held is None:
                raise TurnedAway("bad_form", "a sound that is not here")
            return held[1]
        recording: Recording = await asyncio.to_thread(level, sound)
        sha256 = await self._store(recording.encoded)
        return Edition(
            language=language,
            sha256=sha256,
            bytes=len(recording.encoded),
            duration_ms=recording.duration_ms,
        )

    async def _store(self, sound: bytes) -> str:
        async with self._storing:
            return await asyncio.to_thread(self._store_now, sound)

    def _store_now(self, sound: bytes) -> str:
        store = self.box.host.store
        sha256 = hashlib.sha256(sound).hexdigest()
        with contextlib.suppress(NotThatSound, FileNotFoundError):
            # Hashed again: what is there from before may have been damaged since.
            store.verified(sha256)
            return sha256
        if not store.make_room(len(sound), keep=self.box.host.scheduled_sounds()):
            raise TurnedAway("no_room", is_reported=False)
        part = store.partial(sha256)
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(sound)
        store.accept(sha256, part)
        return sha256
