"""A box's judgement of the updates that a command offers it."""

from collections.abc import Sequence
from datetime import datetime

from speaker_link.envelope import Message
from speaker_link.errors import RefusalReason, Refused
from speaker_link.kinds import Kind
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.updates import Update, order_of
from speaker_link.verification import verify


def choose_update(
    texts: Sequence[str],
    *,
    trust: Trust,
    scope: Scope,
    now: datetime,
    installed: str,
    architecture: str,
    python: str,
) -> Message[Update]:
    """The one update of an order that this box may install; raises `Refused`, and nothing else.

    Every text is judged as any message, so that one bad one condemns the order; an `update` says
    what is good and may be read again and again, so no id is remembered.
    """
    found: list[Message[Update]] = []
    for text in texts:
        message = verify(text, trust=trust, scope=scope, now=now, replay=MemoryReplayCache())
        if message.typ is not Kind.UPDATE:
            raise Refused(RefusalReason.WRONG_KIND, f"{message.typ} is no update", message.id)
        if message.body.fits(architecture, python):
            found.append(message)
    if not found:
        raise Refused(
            RefusalReason.WRONG_PLATFORM, f"nothing for {architecture} with Python {python}"
        )
    chosen = max(found, key=lambda one: order_of(one.body.version))
    if not chosen.body.may_follow(installed):
        raise Refused(
            RefusalReason.OLDER_VERSION,
            f"{chosen.body.version} is below {installed} and is not signed as a roll-back from it",
            chosen.id,
        )
    return chosen
