"""Zalo Notification Service, as published at developers.zalo.me: templates to telephone numbers.

POST /message/template with the Official Account's access token; the body's `error` decides (table
"Mã lỗi" of the service's documentation). `tracking_id` is for finding a message again and keeps
nothing from being taken twice. That a message reached a device is told by the webhook event
user_received_message, signed: SHA-256 of application, body, time and the account's secret key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels import zalo
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.templates_of_zalo import template_of

from .form import Account, Answer, Asked, Reply, Report, Said, Sending, Setting, Usual

if TYPE_CHECKING:
    from collections.abc import Mapping

_OK = 0
_UNKNOWN = -100
_NO_ZALO = -118
_NIGHT = -133
_TOKEN = frozenset({-124, -216, -220})
_RATE = -32
# The account's or the template's messages of the day, and its promotions of the month.
_QUOTA = frozenset({-144, -147, -1441, -1471})
# The application, the account, the template, the wallet: nobody's message will be taken.
_TROUBLE = frozenset(
    {
        *range(-106, -100), -109, -1091, -113, -1131, -115, -117, -120, -1202, -1122, -1123, -125,
        -126, -127, -131, -135, -1351, -136, -137, -138, -1381, -145, -146, -1241,
    }
)  # fmt: skip
_NIGHT_SECONDS, _QUOTA_SECONDS, _RATE_SECONDS = 1800.0, 3600.0, 60.0
ENABLED = "ENABLE"
SIGNATURE = "X-ZEvent-Signature"


class Zns(Usual):
    code = "zns"
    label = gettext_lazy("Zalo ZNS (tin theo mẫu)")
    base_url = "https://business.openapi.zalo.me"
    secrets = (
        ("app_id", gettext_lazy("mã ứng dụng (app ID)")),
        ("secret_key", gettext_lazy("khoá bí mật của ứng dụng")),
        ("refresh_token", gettext_lazy("khoá làm mới (refresh token)")),
        ("oa_secret_key", gettext_lazy("khoá bí mật OA để kiểm báo tin (OA Secret Key)")),
    )
    kept = ("access_token",)
    settings = (
        Setting("template_id", gettext_lazy("Mã mẫu tin (template ID)")),
        Setting(
            "fields",
            gettext_lazy("Tham số của mẫu tin"),
            gettext_lazy(
                "Mỗi dòng: tên tham số = nội dung, số ký tự. Nội dung: tiêu đề, tin ngắn, đơn vị, "
                "thôn, ngày, liên kết. Ví dụ: tieu_de = tiêu đề, 80"
            ),
            is_long=True,
        ),
    )
    via = Message.Via.ZALO
    takes_key = False

    def settings_problem(self, settings: Mapping[str, str]) -> str:
        try:
            template_of(settings)
        except ValueError as problem:
            return str(problem)
        return ""

    def send(self, account: Account, sending: Sending) -> Asked:
        return Asked(
            "POST",
            "/message/template",
            json={
                "phone": sending.number,
                "template_id": account.settings.get("template_id", ""),
                "template_data": dict(sending.fields),
                "tracking_id": sending.key,
            },
            headers=_key(account),
        )

    def read(self, status: int, body: Any) -> Answer:
        del status  # 200 whatever it says
        code = int(body["error"])
        if code == _OK:
            return Answer(Said.ACCEPTED, "Zalo 0", reference=str(body["data"]["msg_id"])[:120])
        detail = f"Zalo {code}: {body.get('message', '')}"[:300]
        if code == _NO_ZALO:
            return Answer(Said.OTHER_WAY, detail)
        if code in _TOKEN:
            return Answer(Said.NOT_YET, detail, is_token_ended=True)
        if code == _UNKNOWN:
            return Answer(Said.UNSURE, detail)
        waits = {_NIGHT: _NIGHT_SECONDS, _RATE: _RATE_SECONDS}
        if code in waits:
            return Answer(Said.NOT_YET, detail, wait_seconds=waits[code])
        if code in _QUOTA:
            return Answer(Said.TROUBLE, detail, wait_seconds=_QUOTA_SECONDS)
        return Answer(Said.TROUBLE if code in _TROUBLE else Said.REFUSED, detail)

    def test(self, account: Account) -> Asked:
        number = account.settings.get("template_id", "")
        return Asked("GET", f"/template/info?template_id={number}", headers=_key(account))

    def read_test(self, status: int, body: Any, account: Account) -> tuple[bool, str]:
        """Is the token good, is the template approved, and are its parameters those typed here?"""
        del status
        code = int(body["error"])
        if code != _OK:
            return False, f"Zalo {code}: {body.get('message', '')}"
        told = body["data"]
        if told.get("status") != ENABLED:
            return False, _("mẫu tin chưa dùng được: %(status)s") % {"status": told.get("status")}
        try:
            template = template_of(account.settings)
        except ValueError as problem:
            return False, str(problem)
        typed = {one.name: one.longest for one in template.fields}
        rooms = {str(one["name"]): int(one["maxLength"]) for one in told["listParams"]}
        needed = {str(one["name"]) for one in told["listParams"] if one.get("require")}
        if missing := sorted(needed - set(typed)):
            return False, _("mẫu tin còn cần tham số: %(names)s") % {"names": ", ".join(missing)}
        if unknown := sorted(set(typed) - set(rooms)):
            return False, _("mẫu tin không có tham số: %(names)s") % {"names": ", ".join(unknown)}
        for name, longest in typed.items():
            if longest > rooms[name]:
                problem = _("tham số %(name)s chỉ nhận %(room)d ký tự")
                return False, problem % {"name": name, "room": rooms[name]}
        return True, str(told.get("templateName", ""))[:120]

    def renew(self, account: Account) -> Asked | None:
        given = account.credentials
        form, headers = zalo.renewal(
            given.get("refresh_token", ""), given.get("app_id", ""), given.get("secret_key", "")
        )
        return Asked("POST", zalo.RENEW, form=form, headers=headers)

    def read_renew(self, status: int, body: Any) -> zalo.Tokens | Answer:
        del status
        told = zalo.tokens_of(body)
        return Answer(Said.TROUBLE, told) if isinstance(told, str) else told

    def is_genuine(self, account: Account, headers: Mapping[str, str], raw: bytes) -> bool:
        secret = account.credentials.get("oa_secret_key", "")
        given = headers.get(SIGNATURE, "").removeprefix("mac=")
        try:
            body = json.loads(raw)
            app_id, at = str(body["app_id"]), str(body["timestamp"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        if not secret or app_id != account.credentials.get("app_id"):
            return False
        signed = app_id.encode() + raw + at.encode() + secret.encode()
        return hmac.compare_digest(hashlib.sha256(signed).hexdigest().encode(), given.encode())

    def callback(self, given: Mapping[str, str], body: Any) -> Report | Reply | None:
        """user_received_message with a delivery_time is a template's; without, a conversation's."""
        del given
        message = body.get("message") if isinstance(body, dict) else None
        if not isinstance(message, dict) or body.get("event_name") != "user_received_message":
            return None
        if not message.get("delivery_time"):
            return None
        return Report(
            Message.State.DELIVERED,
            key=str(message.get("tracking_id") or ""),
            reference=str(message.get("msg_id") or ""),
            detail="Zalo user_received_message",
        )


def _key(account: Account) -> dict[str, str]:
    return {"access_token": account.credentials.get("access_token", "")}
