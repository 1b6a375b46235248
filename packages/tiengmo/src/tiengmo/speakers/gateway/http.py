"""The boxes' HTTP: enrolment, and sound by its content with ranges."""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError
from speaker_link.enrolment import verify_request
from speaker_link.errors import Refused
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from tiengmo.foundation import blobs
from tiengmo.speakers.actions import enrol_box
from tiengmo.speakers.brokers.accounts import box_account
from tiengmo.speakers.errors import EnrolmentRefused, SpeakerError
from tiengmo.speakers.models import Artifact, Box
from tiengmo.speakers.sounds import is_withheld
from tiengmo.speakers.updates.release import SUFFIX

from .accounts import BrokerAccounts, BrokerAway
from .database import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

logger = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 16 * 1024
# Only what fails counts: three hundred boxes behind one address may enrol in one minute.
FAILURES_ALLOWED = 10
FAILURES_SECONDS = 600
# The file never changes, but it may be taken back: a copy is asked about each time.
_ASKED_EACH_TIME = "public, no-cache"


class Failures:
    """Counts failed enrolments by address, so that codes cannot be guessed."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def are_too_many(self, address: str) -> bool:
        times = self._times.get(address)
        if times is None:
            return False
        while times and time.monotonic() - times[0] > FAILURES_SECONDS:
            times.popleft()
        if not times:
            del self._times[address]
            return False
        return len(times) >= FAILURES_ALLOWED

    def note(self, address: str) -> None:
        self._times[address].append(time.monotonic())


def application(accounts: BrokerAccounts, is_connected: Callable[[], bool]) -> Starlette:
    """Return the ASGI application that boxes speak to."""
    lane = Lane("http", threads=2)
    # Enrolments write, and may wait for others that do; a sound must not wait with them.
    sounds = Lane("sounds")
    failures = Failures()

    async def enrol(request: Request) -> Response:
        address = request.client.host if request.client else ""
        if failures.are_too_many(address):
            return _problem(429, "too_many_failures", retry_after=FAILURES_SECONDS)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BYTES:
                return _problem(413, "too_large")
        try:
            asked = verify_request(bytes(body))
        except Refused as refusal:
            failures.note(address)
            return _problem(400, str(refusal.reason), refusal.detail)
        try:
            enrolment = await lane.run(enrol_box, asked)
            await accounts.admit(box_account(enrolment.box), enrolment.password)
            await lane.run(_note_admitted, enrolment.box.serial)
        except EnrolmentRefused as error:
            failures.note(address)
            return _problem(403, "code_refused", str(error))
        except (BrokerAway, DatabaseError, InterfaceError, SpeakerError) as error:
            # The code is kept for this key: the box asks again and gets the same serial.
            logger.warning("enrolment must wait: %s", error)
            return _problem(503, "try_again", str(error), retry_after=5)
        return Response(enrolment.answer, media_type="application/json")

    async def sound(request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        try:
            path = blobs.path(sha256, ".opus")
        except ValueError:
            return _problem(404, "no_such_sound")
        if not path.is_file():
            return _problem(404, "no_such_sound")
        try:
            if await sounds.run(is_withheld, sha256):
                return _problem(410, "withdrawn")
        except (DatabaseError, InterfaceError) as error:
            logger.warning("a sound must wait: %s", error)
            return _problem(503, "try_again", retry_after=5)
        etag = f'"{sha256}"'
        headers = {"etag": etag, "cache-control": _ASKED_EACH_TIME}
        asked = request.headers.get("if-none-match", "")
        if asked == "*" or etag in (part.strip() for part in asked.split(",")):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type="audio/ogg", headers=headers)

    async def update(request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        try:
            path = blobs.path(sha256, SUFFIX)
            known = await sounds.run(_is_good_program, sha256)
        except ValueError:
            return _problem(404, "no_such_program")
        except (DatabaseError, InterfaceError) as error:
            logger.warning("a program must wait: %s", error)
            return _problem(503, "try_again", retry_after=5)
        if known is None or not path.is_file():
            return _problem(404, "no_such_program")
        if not known:
            return _problem(410, "withdrawn")
        headers = {"etag": f'"{sha256}"', "cache-control": _ASKED_EACH_TIME}
        return FileResponse(path, media_type="application/x-xz", headers=headers)

    async def health(request: Request) -> Response:
        del request
        connected = is_connected()
        return JSONResponse(
            {"broker": "connected" if connected else "away"}, status_code=200 if connected else 503
        )

    return Starlette(
        routes=[
            Route("/speaker/1/enrol", enrol, methods=["POST"]),
            Route("/speaker/1/sound/{sha256}", sound, methods=["GET", "HEAD"]),
            Route("/speaker/1/update/{sha256}", update, methods=["GET", "HEAD"]),
            Route("/speaker/1/health", health, methods=["GET"]),
        ]
    )


def _is_good_program(sha256: str) -> bool | None:
    """None: never released here; false: taken back."""
    found = list(Artifact.objects.filter(sha256=sha256).select_related("key"))
    return any(one.is_good for one in found) if found else None


def _note_admitted(serial: str) -> None:
    Box.objects.filter(pk=serial, retired_at=None).update(is_broker_account_current=True)


def _problem(
    status: int, reason: str, detail: str = "", *, retry_after: int | None = None
) -> JSONResponse:
    headers = {"retry-after": str(retry_after)} if retry_after is not None else None
    return JSONResponse({"reason": reason, "detail": detail}, status_code=status, headers=headers)
