"""Letting a new box in: a code, a key of its own, and a root key that the code vouches for."""

import asyncio
import platform
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
from speaker_link.enrolment import EnrolmentCode, open_answer, sign_request
from speaker_link.envelope import MAX_BYTES
from speaker_link.errors import InvalidEnrolmentCode, Refused
from speaker_link.messages import EnrolmentAnswer, EnrolmentRequest

from speaker_agent import VERSION
from speaker_agent.inbox import ASSIGNMENT
from speaker_agent.journal import BoxJournal, Journal
from speaker_agent.sound.fetch import new_client
from speaker_agent.state import Config, StateDir

PATH = "/speaker/1/enrol"
TRIES = 5


class NotEnrolledNow(RuntimeError):
    """The server did not let this box in; the text says why."""


def model_of_this_board() -> str:
    """What the board calls itself."""
    for path in ("/proc/device-tree/model", "/sys/class/dmi/id/product_name"):
        try:
            name = Path(path).read_text().strip("\x00\n ")
        except OSError:
            continue
        printable = "".join(c for c in name if c.isprintable())[:100]
        if printable:
            return printable
    return f"{platform.system()} {platform.machine()}"[:100]


async def enrol(
    gateway_url: str,
    code_text: str,
    state: StateDir,
    *,
    model: str = "",
    journal: Path | None = None,
    authority: Path | None = None,
    client: httpx.AsyncClient | None = None,
) -> Config:
    """Enrol this folder's box. The same call again, with the same code, gives the same box.

    `authority` is a PEM file for a gateway whose certificate no system authority signed. What the
    answer says is not believed for its certificate but for the root key that the code names.
    """
    if state.is_enrolled:
        raise NotEnrolledNow(f"{state.folder} holds an enrolled box already")
    try:
        code = EnrolmentCode.parse(code_text)
    except InvalidEnrolmentCode as error:
        raise NotEnrolledNow(f"the code is not right: {error}") from error
    key = state.key_for_enrolment()
    model = model or model_of_this_board()
    request = EnrolmentRequest(code=str(code), key=key.public, model=model, agent_version=VERSION)
    text = sign_request(request, now=datetime.now(UTC), key=key)
    own = client is None
    if client is None:
        context = ssl.create_default_context(cafile=str(authority)) if authority else None
        client = new_client(context)
    try:
        answer_text = await _ask(client, gateway_url.rstrip("/") + PATH, text)
    finally:
        if own:
            await client.aclose()
    try:
        root, answer, assignment = open_answer(answer_text, code=code, key=key.public)
    except Refused as refusal:
        raise NotEnrolledNow(f"the answer cannot be believed: {refusal}") from refusal
    body = answer.body
    if not isinstance(body, EnrolmentAnswer):
        raise NotEnrolledNow("the answer is about something else")
    config = Config(
        serial=body.serial,
        gateway_url=assignment.body.gateway_url,
        root=root.to_jwk(),
        broker=body.broker,
        model=model,
    )
    # The assignment first: a config on the disk means that enrolment is complete.
    await asyncio.to_thread(
        _keep_assignment, journal or state.journal, config.serial, body.assignment
    )
    state.save(config)
    return config


def _keep_assignment(path: Path, serial: str, assignment: str) -> None:
    journal = Journal(path)
    try:
        if not BoxJournal(journal, serial).keep(ASSIGNMENT, assignment).result():
            raise NotEnrolledNow("the disk takes nothing: free some room and try again")
    finally:
        journal.close()


async def _ask(client: httpx.AsyncClient, url: str, text: str) -> bytes:
    for attempt in range(1, TRIES + 1):
        try:
            answer = await client.post(
                url, content=text.encode(), headers={"Content-Type": "application/jose+json"}
            )
        except httpx.HTTPError as failure:
            if attempt == TRIES:
                raise NotEnrolledNow(f"{url} cannot be reached: {failure}") from failure
            await asyncio.sleep(attempt)
            continue
        if answer.is_success:
            if len(answer.content) > MAX_BYTES:
                raise NotEnrolledNow("the answer is too long to be one")
            return answer.content
        if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR or attempt == TRIES:
            raise NotEnrolledNow(f"the server says {answer.status_code}: {answer.text[:300]}")
        await asyncio.sleep(attempt)
    raise NotEnrolledNow("no answer")
