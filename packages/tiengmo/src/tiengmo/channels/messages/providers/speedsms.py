"""SpeedSMS, as published at speedsms.vn/sms-api: messages with a brandname.

It takes no key: what may have been taken is not handed over again. Answers with status "error" were
not taken. One request a second at most (60 in 60 s); 429 says in X-Rate-Limit-Reset how long to
wait. Reports and replies come as JSON to the one address set in the account ("webhook").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from tiengmo.channels.messages.models import Message

from .form import Account, Answer, Asked, Reply, Report, Said, Sending, Usual

if TYPE_CHECKING:
    from collections.abc import Mapping

_BRANDNAME = 3
_CODES = {
    "007": Said.TROUBLE,  # our address is locked
    "008": Said.TROUBLE,  # account blocked
    "009": Said.TROUBLE,  # account may not use the interface
    "101": Said.REFUSED,
    "105": Said.NO_SUCH_NUMBER,
    "110": Said.REFUSED,
    "113": Said.REFUSED,
    "300": Said.TROUBLE,  # credit
    "500": Said.NOT_YET,  # "internal error, please try again"
}
# 0 arrived; up to 63 may still arrive; from 64 on it never will (SMPP's and GSM 03.40's TP-Status).
_NEVER, LONGEST = 64, 9


class SpeedSms(Usual):
    code = "speedsms"
    label = "SpeedSMS.vn"
    base_url = "https://api.speedsms.vn/index.php"
    secrets = (("token", _("khoá truy cập API")),)
    takes_key = False

    def send(self, account: Account, sending: Sending) -> Asked:
        return Asked(
            "POST",
            "/sms/send",
            json={
                "to": [sending.number],
                "content": sending.text,
                "sms_type": _BRANDNAME,
                "sender": account.sender,
            },
            basic=(account.credentials.get("token", ""), "x"),
        )

    def read(self, status: int, body: Any) -> Answer:
        del status
        if not isinstance(body, dict) or body.get("status") not in ("success", "error"):
            return Answer(Said.UNSURE, "SpeedSMS: ?")
        code = str(body.get("code", ""))
        if body["status"] == "error":
            detail = f"SpeedSMS {code} {body.get('message') or ''}".strip()
            return Answer(_CODES.get(code, Said.REFUSED), detail)
        data = body.get("data") or {}
        if data.get("invalidPhone"):
            return Answer(Said.NO_SUCH_NUMBER, "SpeedSMS invalidPhone")
        return Answer(
            Said.ACCEPTED, f"SpeedSMS {code}", reference=str(data.get("tranId") or "")[:120]
        )

    def test(self, account: Account) -> Asked:
        return Asked("GET", "/user/info", basic=(account.credentials.get("token", ""), "x"))

    def read_test(self, status: int, body: Any, account: Account) -> tuple[bool, str]:
        del status, account
        if isinstance(body, dict) and body.get("status") == "success":
            data = body.get("data") or {}
            return True, f"{data.get('balance', '')} {data.get('currency', '')}".strip()
        said = body.get("message", "") if isinstance(body, dict) else ""
        return False, str(said)

    def callback(self, given: Mapping[str, str], body: Any) -> Report | Reply | None:
        del given
        if not isinstance(body, dict):
            return None
        if body.get("type") == "sms":
            return Reply(number=str(body.get("phone", "")), text=str(body.get("content", "")))
        if body.get("type") != "report":
            return None
        told = str(body.get("status", ""))
        number = int(told) if told.isascii() and told.isdigit() and len(told) <= LONGEST else -1
        if number == 0:
            state = Message.State.DELIVERED
        elif number >= _NEVER:
            state = Message.State.FAILED
        else:
            return None
        return Report(
            state, reference=str(body.get("tranId", "")), detail=f"SpeedSMS status {number}"
        )
