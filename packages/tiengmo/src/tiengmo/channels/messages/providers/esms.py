"""eSMS (ViHAT), as published at developers.esms.vn: customer-care messages with a brandname.

RequestId keeps a message from being taken twice for 24 hours: a repeated one is answered with code
124. Reports come as GET to the CallbackUrl given with each message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.channels.messages.models import Message

from .form import Account, Answer, Asked, Reply, Report, Said, Sending, Usual

if TYPE_CHECKING:
    from collections.abc import Mapping

DUPLICATE = "124"
# developers.esms.vn, "Table of error codes".
_CODES = {
    "100": Said.ACCEPTED,
    DUPLICATE: Said.ACCEPTED,
    "99": Said.REFUSED,  # the number is blocked in their system
    "101": Said.TROUBLE,  # ApiKey, SecretKey
    "102": Said.TROUBLE,  # no price list
    "103": Said.TROUBLE,  # credit
    "104": Said.TROUBLE,  # brandname
    "108": Said.NO_SUCH_NUMBER,
    "140": Said.TROUBLE,  # our address is not on their list
    "146": Said.REFUSED,  # the text fits no template that the brandname has registered
    "177": Said.REFUSED,  # brandname not registered with this network
    "300": Said.TROUBLE,
}
_CUSTOMER_CARE = "2"
_REJECTED, _DONE = "4", "5"


class Esms(Usual):
    code = "esms"
    label = "eSMS.vn"
    base_url = "https://rest.esms.vn/MainService.svc/json"
    secrets = (("ApiKey", "ApiKey"), ("SecretKey", "SecretKey"))
    takes_key = True

    def send(self, account: Account, sending: Sending) -> Asked:
        return Asked(
            "POST",
            "/SendMultipleMessage_V4_post_json/",
            json={
                **account.credentials,
                "Phone": sending.number,
                "Content": sending.text,
                "Brandname": account.sender,
                "SmsType": _CUSTOMER_CARE,
                "IsUnicode": "0" if sending.is_plain else "1",
                "Sandbox": "0",
                "RequestId": sending.key,
                "CallbackUrl": sending.callback_url,
            },
        )

    def read(self, status: int, body: Any) -> Answer:
        del status  # 200 whatever it says
        code = str(body.get("CodeResult", "")) if isinstance(body, dict) else ""
        if not code:
            return Answer(Said.UNSURE, "eSMS: ?")
        said = _CODES.get(code, Said.REFUSED)
        detail = f"eSMS {code} {body.get('ErrorMessage') or ''}".strip()
        return Answer(said, detail, reference=str(body.get("SMSID") or "")[:120])

    def test(self, account: Account) -> Asked:
        return Asked("POST", "/GetBalance_json", json=dict(account.credentials))

    def read_test(self, status: int, body: Any, account: Account) -> tuple[bool, str]:
        del status, account
        code = str(body.get("CodeResponse", "")) if isinstance(body, dict) else ""
        if code == "100":
            return True, f"{body.get('Balance')} ₫"
        said = body.get("ErrorMessage", "") if isinstance(body, dict) else ""
        return False, f"{code} {said}".strip()

    def callback(self, given: Mapping[str, str], body: Any) -> Report | Reply | None:
        del body
        status = given.get("SendStatus", "")
        if status == _REJECTED:
            state = Message.State.FAILED
        elif status == _DONE:
            arrived = given.get("SendSuccess", "") not in ("", "0")
            state = Message.State.DELIVERED if arrived else Message.State.FAILED
        else:
            return None  # still on its way: said before
        return Report(
            state,
            key=given.get("RequestId", ""),
            reference=given.get("SMSID", ""),
            detail=f"eSMS SendStatus {status}",
        )
