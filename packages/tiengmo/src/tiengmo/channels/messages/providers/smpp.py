"""SMPP 3.4 to an operator's message centre (SMSC): texts as they travel, answers as ours. Pure.

The connection itself is in smpp_link.py. SMPP has no key: a submit_sm whose answer never came was
perhaps taken. Codes: SMPP 3.4, 5.1.3; receipts: appendix B and the parameters of 5.3.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from smpplib import consts

from tiengmo.channels.messages import rules
from tiengmo.channels.messages.models import Message

from .form import Answer, Reply, Report, Said, Setting, Usual

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT, TLS_PORT = 2775, 3550
PLAIN, TLS = "smpp", "smpps"

_NO_SUCH_NUMBER = frozenset({consts.SMPP_ESME_RINVDSTADR})
# The centre is full, or we are quicker than agreed: certainly not taken.
_NOT_YET = frozenset(
    {consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL, consts.SMPP_ESME_RSYSERR}
)
_TROUBLE = frozenset(
    {
        consts.SMPP_ESME_RINVBNDSTS,
        consts.SMPP_ESME_RBINDFAIL,
        consts.SMPP_ESME_RINVPASWD,
        consts.SMPP_ESME_RINVSYSID,
        consts.SMPP_ESME_RINVSRCADR,
    }
)
_THROTTLED_SECONDS = 5.0
_STATES = {
    "DELIVRD": Message.State.DELIVERED,
    "EXPIRED": Message.State.FAILED,
    "DELETED": Message.State.FAILED,
    "UNDELIV": Message.State.FAILED,
    "REJECTD": Message.State.FAILED,
}
# message_state, 5.2.28.
_NUMBERED = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}
_RECEIPT = re.compile(r"\bid:(\S{1,65}).*?\bstat:([A-Z]{7})", re.DOTALL | re.IGNORECASE)
_IS_RECEIPT = 0x04
_TYPE_BITS = 0x3C


class Smpp(Usual):
    code = "smpp"
    label = gettext_lazy("SMPP 3.4 (nối thẳng tới nhà mạng)")
    base_url = ""
    secrets = (("password", gettext_lazy("mật khẩu")),)
    settings = (
        Setting(
            "address",
            gettext_lazy("Địa chỉ SMSC"),
            gettext_lazy("smpp://tên-máy:2775, hoặc smpps://tên-máy:3550 khi nhà mạng dùng TLS."),
        ),
        Setting("system_id", gettext_lazy("Tên truy cập (system_id)")),
        Setting("system_type", gettext_lazy("Loại hệ thống (system_type)"), is_required=False),
    )
    takes_key = False
    calls_back = False

    def settings_problem(self, settings: Mapping[str, str]) -> str:
        try:
            place_of(settings.get("address", ""))
        except ValueError:
            return _("Địa chỉ SMSC có dạng smpp://tên-máy:cổng hoặc smpps://tên-máy:cổng.")
        return ""


@dataclass(frozen=True)
class Place:
    host: str
    port: int
    is_tls: bool


def place_of(address: str) -> Place:
    """Raises ValueError."""
    parts = urlsplit(address.strip())
    if parts.scheme not in (PLAIN, TLS) or not parts.hostname or parts.path.strip("/"):
        raise ValueError(address)
    is_tls = parts.scheme == TLS
    return Place(parts.hostname, parts.port or (TLS_PORT if is_tls else PORT), is_tls)


@dataclass(frozen=True)
class Part:
    """One submit_sm: its bytes, alphabet and class, and whether a receipt is asked for."""

    octets: bytes
    data_coding: int
    esm_class: int
    wants_receipt: bool


def parts_of(text: str, reference: int) -> list[Part]:
    """A text as submit_sm carries it, cut where it is counted (rules.parts_of).

    reference: 0–255, the same for all parts of one message (3GPP TS 23.040, 9.2.3.24.1). A receipt
    is asked for with the last part: one message, one receipt.
    """
    is_plain, pieces = rules.parts_of(text)
    coding = consts.SMPP_ENCODING_DEFAULT if is_plain else consts.SMPP_ENCODING_ISO10646
    found = []
    for number, piece in enumerate(pieces, start=1):
        octets = gsm(piece) if is_plain else piece.encode("utf-16-be")
        is_cut = len(pieces) > 1
        if is_cut:
            octets = bytes([5, 0, 3, reference, len(pieces), number]) + octets
        esm_class = consts.SMPP_GSMFEAT_UDHI if is_cut else consts.SMPP_MSGTYPE_DEFAULT
        found.append(Part(octets, coding, esm_class, wants_receipt=number == len(pieces)))
    return found


def gsm(text: str) -> bytes:
    """The default alphabet, one octet for each place (3GPP TS 23.038, 6.2.1)."""
    return b"".join(
        bytes([0x1B, rules.GSM_EXTENDED[letter]])
        if letter in rules.GSM_EXTENDED
        else bytes([rules.GSM_TABLE.index(letter)])
        for letter in text
    )


def named(status: int) -> str:
    """What the standard calls a status: «ESME_RTHROTTLED»; its number for the vendors' own."""
    names = {
        value: name.removeprefix("SMPP_")
        for name, value in vars(consts).items()
        if name.startswith("SMPP_ESME_")
    }
    return f"SMPP {names.get(status, f'0x{status:08X}')}"


def answer_of(status: int, reference: str = "") -> Answer:
    """What submit_sm_resp says."""
    if status == consts.SMPP_ESME_ROK:
        return Answer(Said.ACCEPTED, "SMPP ESME_ROK", reference=reference[:120])
    if status in _NOT_YET:
        wait = None if status == consts.SMPP_ESME_RSYSERR else _THROTTLED_SECONDS
        return Answer(Said.NOT_YET, named(status), wait_seconds=wait)
    if status in _NO_SUCH_NUMBER:
        return Answer(Said.NO_SUCH_NUMBER, named(status))
    return Answer(Said.TROUBLE if status in _TROUBLE else Said.REFUSED, named(status))


def refusal_of(status: int) -> str:
    """Why the centre did not let us in, for who keeps the connection."""
    if status in (consts.SMPP_ESME_RINVPASWD, consts.SMPP_ESME_RINVSYSID):
        return _("%(code)s: sai tên truy cập hoặc mật khẩu") % {"code": named(status)}
    if status == consts.SMPP_ESME_RALYBND:
        return _("%(code)s: nhà mạng còn giữ kết nối trước") % {"code": named(status)}
    return _("%(code)s: nhà mạng không cho vào") % {"code": named(status)}


def heard(
    *,
    esm_class: int,
    source: str,
    octets: bytes,
    data_coding: int,
    message_id: str = "",
    message_state: int | None = None,
) -> Report | Reply | None:
    """What a deliver_sm brings: a receipt, or what somebody wrote back; None: on its way still."""
    if esm_class & _TYPE_BITS != _IS_RECEIPT:
        if data_coding == consts.SMPP_ENCODING_ISO10646:
            text = octets.decode("utf-16-be", errors="replace")
        else:
            text = octets.decode("utf-8", errors="replace")
        return Reply(number=source, text=text)
    match = _RECEIPT.search(octets.decode("ascii", errors="replace"))
    told = _NUMBERED.get(message_state or 0) or (match[2].upper() if match else "")
    reference = message_id or (match[1] if match else "")
    state = _STATES.get(told)
    if state is None or not reference:
        return None
    return Report(state, reference=reference[:120], detail=f"SMPP {told}")
