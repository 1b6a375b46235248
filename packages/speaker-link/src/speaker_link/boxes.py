"""What a box says: composed and signed with its own key."""

from datetime import datetime
from typing import Any

from speaker_link import envelope, jws
from speaker_link.bodies import KINDS
from speaker_link.envelope import LAST_WORD, BodyT, BoxMessage
from speaker_link.keys import PrivateKey
from speaker_link.messages import Status


def compose_from_box(
    body: BodyT,
    *,
    now: datetime,
    box: str,
    session: int,
    sequence: int,
    id: str | None = None,  # noqa: A002 - the name on the wire
) -> BoxMessage[BodyT]:
    """Put a body into a box's message; `now` is the box's best knowledge of the time."""
    kind = KINDS[type(body)]
    return envelope.box_message_class(kind)(
        typ=kind,
        id=id or envelope.new_id(),
        iat=now,
        box=box,
        session=session,
        sequence=sequence,
        body=body,
    )


def sign_as_box(message: BoxMessage[Any], key: PrivateKey) -> str:
    payload = message.model_dump_json(exclude_none=True).encode()
    return jws.sign(payload, typ=envelope.BOX_TYPE, signers=[(key, None)])


def sign_will(*, agent_version: str, now: datetime, box: str, session: int, key: PrivateKey) -> str:
    """The last will for a connection: it outranks all that this session says, and no later one."""
    status = Status(state="offline", agent_version=agent_version)
    message = compose_from_box(status, now=now, box=box, session=session, sequence=LAST_WORD)
    return sign_as_box(message, key)
