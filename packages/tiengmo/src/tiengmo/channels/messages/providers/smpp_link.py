"""A connection to a message centre for as long as one run lasts: bind, submit, listen, unbind.

By smpplib. Nothing here raises what the network can do. What comes in is acknowledged after it was
written down: what this process could not keep, the centre brings again.
"""

from __future__ import annotations

import logging
import select
import socket
import ssl
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import smpplib.client
import smpplib.exceptions
import smpplib.smpp
from smpplib import consts

from . import smpp
from .form import Answer, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from smpplib.command import Command

    from .form import Account, Reply, Report, Sending

ANSWER_SECONDS = 10.0
# A part that is not the first must follow: it is offered again so often when we are too quick.
TRIES, PAUSE_SECONDS = 10, 1.0
SILENT_SECONDS = 1.0
_LOST = (smpplib.exceptions.ConnectionError, OSError, smpplib.exceptions.PDUError)
_RESPONSES = ("submit_sm_resp", "generic_nack")
# The library writes what it sends to its log, passwords and numbers too, at the finest level.
_LOG = logging.getLogger("tiengmo.smpp")
_LOG.setLevel(logging.ERROR)


class Refused(Exception):
    """The centre did not let us in; the text says why."""


class _Client(smpplib.client.Client):  # type: ignore[misc]
    """With names looked up for IPv6 too, and the centre's certificate checked against its name."""

    def connect(self) -> None:
        raw = socket.create_connection((self.host, self.port), self.timeout)
        raw.settimeout(self.timeout)
        context = self._ssl_context
        self._socket = context.wrap_socket(raw, server_hostname=self.host) if context else raw
        self.state = consts.SMPP_CLIENT_STATE_OPEN


@dataclass
class _Message:
    """A message on its way: its parts, and how many of them were taken."""

    sending: Sending
    parts: Sequence[smpp.Part]
    taken: int = 0
    tries: int = 0
    sequence: int | None = None
    asked_at: float = 0.0
    answer: Answer | None = None
    milliseconds: int = 0

    def lose(self, detail: str) -> None:
        """The link was lost: what was submitted, or begun, was perhaps taken."""
        is_begun = self.taken > 0 or self.sequence is not None
        self.answer = Answer(Said.UNSURE if is_begun else Said.NOT_YET, detail)


@dataclass
class Link:
    """To one centre. `heard`: called with each receipt and reply, before it is acknowledged."""

    account: Account
    heard: Callable[[Report | Reply], None]
    _client: Any = field(default=None, init=False)
    _waiting: dict[int, _Message] = field(default_factory=dict, init=False)

    def open(self) -> None:
        """Bind as a transceiver, unless that is done. Raises Refused, or what says it is not there.

        Errors: smpplib's ConnectionError, OSError.
        """
        if self._client is not None:
            return
        given = self.account.settings
        place = smpp.place_of(given.get("address", ""))
        client = _Client(
            place.host,
            place.port,
            timeout=ANSWER_SECONDS,
            ssl_context=ssl.create_default_context() if place.is_tls else None,
            allow_unknown_opt_params=True,
        )
        client.logger = _LOG
        client.set_message_received_handler(self._received)
        client.set_message_sent_handler(self._answered)
        client.set_error_pdu_handler(self._answered)
        client.connect()
        try:
            client.bind_transceiver(
                system_id=given.get("system_id", ""),
                password=self.account.credentials.get("password", ""),
                system_type=given.get("system_type", ""),
            )
        except smpplib.exceptions.PDUError as error:
            client.disconnect()
            status = error.args[1] if len(error.args) > 1 else consts.SMPP_ESME_RBINDFAIL
            raise Refused(smpp.refusal_of(int(status))) from None
        except (smpplib.exceptions.ConnectionError, OSError, ValueError):
            client.disconnect()
            raise
        self._client = client

    def hand_over(self, sendings: Sequence[Sending]) -> list[tuple[Answer, int]]:
        """Submit messages and wait for what is said of each: (answer, milliseconds) in order."""
        try:
            self.open()
        except Refused as refused:
            return [(Answer(Said.TROUBLE, str(refused)), 0)] * len(sendings)
        except (smpplib.exceptions.ConnectionError, OSError, ValueError) as error:
            return [(Answer(Said.NOT_YET, _of(error)), 0)] * len(sendings)
        messages = [
            _Message(one, smpp.parts_of(one.text, zlib.crc32(one.key.encode()) & 0xFF))
            for one in sendings
        ]
        try:
            while open_ones := [one for one in messages if one.answer is None]:
                self._round(open_ones)
        except _LOST as error:
            self._hear_the_rest()
            for one in messages:
                if one.answer is None:
                    one.lose(_of(error))
            self._drop()
        return [(one.answer, one.milliseconds) for one in messages if one.answer is not None]

    def listen(self, seconds: float) -> bool:
        """Take what the centre has for us for so long; False when it fell silent before."""
        until = time.monotonic() + seconds
        try:
            self.open()
            while time.monotonic() < until:
                if not self._read(SILENT_SECONDS):
                    return False
        except (*_LOST, Refused, ValueError):
            self._drop()
            return False
        return True

    def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.unbind()
        except _LOST:
            pass
        finally:
            client.state = consts.SMPP_CLIENT_STATE_OPEN
            client.disconnect()

    def _round(self, messages: Sequence[_Message]) -> None:
        """The next part of each message; the next of a message goes when this one was taken."""
        self._waiting = {}
        if any(one.tries for one in messages):
            time.sleep(PAUSE_SECONDS)
        for one in messages:
            self._submit(one)
        until = time.monotonic() + ANSWER_SECONDS
        while self._waiting:
            if not self._read(until - time.monotonic()):
                raise TimeoutError

    def _hear_the_rest(self) -> None:
        """What the centre answered before the line went is still here to be read."""
        with suppress(*_LOST):
            while self._waiting and self._read(0.0):
                pass

    def _submit(self, one: _Message) -> None:
        part = one.parts[one.taken]
        sender = self.account.sender
        is_name = not sender.isdigit()
        one.asked_at = time.monotonic()
        pdu = smpplib.smpp.make_pdu(
            "submit_sm",
            client=self._client,
            source_addr_ton=consts.SMPP_TON_ALNUM if is_name else consts.SMPP_TON_INTL,
            source_addr_npi=consts.SMPP_NPI_UNK if is_name else consts.SMPP_NPI_ISDN,
            source_addr=sender,
            dest_addr_ton=consts.SMPP_TON_INTL,
            dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=one.sending.number,
            short_message=part.octets,
            data_coding=part.data_coding,
            esm_class=part.esm_class,
            registered_delivery=int(part.wants_receipt),
        )
        # Before the first byte goes: a line that breaks in between leaves it in doubt.
        one.sequence = pdu.sequence
        self._waiting[pdu.sequence] = one
        self._client.send_pdu(pdu)

    def _read(self, seconds: float) -> bool:
        """Act on one PDU; False when none came in time. Bytes are awaited before any is read."""
        sock = self._client._socket  # noqa: SLF001 (the library has no other way to wait)
        has_bytes = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        if not has_bytes and not select.select([sock], [], [], max(seconds, 0.0))[0]:
            return False
        self._client.read_once(auto_send_enquire_link=False)
        return True

    def _answered(self, pdu: Command) -> None:
        if pdu.command not in _RESPONSES:
            return
        one = self._waiting.pop(pdu.sequence, None)
        if one is None:
            return
        one.sequence = None
        one.milliseconds = int((time.monotonic() - one.asked_at) * 1000)
        answer = smpp.answer_of(pdu.status, _text(getattr(pdu, "message_id", "")))
        if answer.said is Said.ACCEPTED:
            one.taken, one.tries = one.taken + 1, 0
            one.answer = answer if one.taken == len(one.parts) else None
        elif one.taken == 0:
            one.answer = answer
        elif answer.said is Said.NOT_YET and one.tries < TRIES:
            one.tries += 1
        else:
            one.answer = Answer(Said.UNSURE, answer.detail)

    def _received(self, pdu: Command) -> int:
        state = getattr(pdu, "message_state", None)
        said = smpp.heard(
            esm_class=pdu.esm_class or 0,
            source=_text(pdu.source_addr),
            octets=pdu.short_message or getattr(pdu, "message_payload", None) or b"",
            data_coding=pdu.data_coding or 0,
            message_id=_text(getattr(pdu, "receipted_message_id", None)),
            message_state=state if isinstance(state, int) else None,
        )
        if said is not None:
            self.heard(said)
        return int(consts.SMPP_ESME_ROK)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.state = consts.SMPP_CLIENT_STATE_OPEN
            client.disconnect()


def test(account: Account) -> tuple[bool, str]:
    """Bind and leave: are the credentials good, and what was said. Nothing is sent."""
    link = Link(account, heard=lambda _said: None)
    try:
        link.open()
    except Refused as refused:
        return False, str(refused)
    except (smpplib.exceptions.ConnectionError, OSError, ValueError) as error:
        return False, _of(error)
    link.close()
    return True, "SMPP ESME_ROK"


def _text(given: object) -> str:
    text = given.decode("ascii", errors="replace") if isinstance(given, bytes) else str(given or "")
    return text.rstrip("\0")


def _of(error: Exception) -> str:
    return f"SMPP: {type(error).__name__} {error}".strip()[:200]
