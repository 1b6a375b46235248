"""Programs that may be installed, and what boxes say became of them."""

from datetime import timedelta
from typing import Any

from cases_from_boxes import REPORTS, _case
from frame import Case, to_box
from speaker_link import specimens, topics
from speaker_link.envelope import Message, Signer, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.kinds import Kind
from speaker_link.specimens import (
    NOW,
    OTHER_COMMUNE,
    ROOT,
    SERIAL,
    STATION,
    TRUST,
    UPDATE_KEY,
    forge,
    message,
    signer,
    update,
)
from speaker_link.trust import Trust
from speaker_link.updates import Update, UpdateReport

RELEASED = message(update())
TEXT = sign(RELEASED, by=[UPDATE_KEY])


def _said(message_: Message[Update], **changes: Any) -> Message[Update]:
    """What no honest signer writes."""
    return message_.model_copy(update={"body": message_.body.model_copy(update=changes)})


def updates() -> list[Case]:
    def bad(name, said, reason, *, by=UPDATE_KEY, **more):
        return to_box(name, sign(said, by=[by]), reason, **more)

    back = message(update(version="0.1.0", is_roll_back=True, from_at_most="0.2.0"))
    elsewhere = signer("update elsewhere", areas=[OTHER_COMMUNE], kinds=[Kind.UPDATE])
    revoked = Trust(roots=TRUST.roots, revoked=frozenset({UPDATE_KEY.key.kid}))
    stranger = signer("update", kinds=[Kind.UPDATE], root=specimens.STRANGER_ROOT)
    return [
        to_box("a program", TEXT, RELEASED),
        to_box("a roll-back", sign(back, by=[UPDATE_KEY]), back),
        bad("a roll-back from anywhere", _said(back, from_at_most=None), Reason.MALFORMED),
        bad("a roll-back from itself", _said(back, from_at_most="0.1.0"), Reason.MALFORMED),
        bad("no roll-back and yet from", _said(RELEASED, from_at_most="0.3.0"), Reason.MALFORMED),
        bad(
            "a roll-back for a fifteenth day",
            back.model_copy(update={"exp": NOW + timedelta(days=14, milliseconds=1)}),
            Reason.MALFORMED,
        ),
        bad("a roll-back too late", back, Reason.EXPIRED, now=NOW + timedelta(days=14)),
        bad("a station's key", RELEASED, Reason.WRONG_KIND, by=STATION),
        bad("signed by the root", RELEASED, Reason.WRONG_KIND, by=Signer(ROOT)),
        bad("of another root", RELEASED, Reason.UNKNOWN_KEY, by=stranger),
        bad("another commune's key", RELEASED, Reason.WRONG_AREA, by=elsewhere),
        bad("for another commune", message(update(), areas=[OTHER_COMMUNE]), Reason.WRONG_AREA),
        bad("taken back", RELEASED, Reason.REVOKED, trust=revoked),
        bad("expired", RELEASED, Reason.CERTIFICATE_EXPIRED, now=NOW + timedelta(days=336)),
        bad("on a topic", RELEASED, Reason.WRONG_KIND, topic=topics.commands(SERIAL)),
        to_box("signed by somebody", forge(TEXT, by=specimens.key("x")), Reason.BAD_SIGNATURE),
    ]


def reports() -> list[Case]:
    told = {
        "command_id": specimens.message_id("message command"),
        "version": "0.2.0",
        "reported_at": NOW,
    }
    return [
        _case("installing", UpdateReport(state="installing", **told), REPORTS),
        _case("confirmed", UpdateReport(state="confirmed", silent_ms=2300, **told), REPORTS),
        _case(
            "rolled back",
            UpdateReport(state="rolled_back", reason="no_link", silent_ms=4100, **told),
            REPORTS,
        ),
        _case("failed", UpdateReport(state="failed", reason="no_space", **told), REPORTS),
    ]
