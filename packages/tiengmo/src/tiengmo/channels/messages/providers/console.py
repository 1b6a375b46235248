"""For trying out: messages are written to a file of this machine and go to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from .form import Account, Answer, Asked, Reply, Report, Said, Sending, Usual

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITE = "file:"


class Console(Usual):
    code = "console"
    label = _("Chạy thử: ghi ra tệp, không gửi cho ai")
    base_url = WRITE
    secrets = ()
    takes_key = True
    is_real = False
    calls_back = False

    def send(self, account: Account, sending: Sending) -> Asked:
        del account
        return Asked(
            "WRITE", "", json={"to": sending.number, "text": sending.text, "key": sending.key}
        )

    def read(self, status: int, body: Any) -> Answer:
        del status, body
        return Answer(Said.ACCEPTED)

    def test(self, account: Account) -> Asked:
        del account
        return Asked("WRITE", "", json={"test": True})

    def read_test(self, status: int, body: Any, account: Account) -> tuple[bool, str]:
        del status, body, account
        return True, ""

    def callback(self, given: Mapping[str, str], body: Any) -> Report | Reply | None:
        del given, body
        return None
