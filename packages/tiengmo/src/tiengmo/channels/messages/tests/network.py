"""A provider's side of the line, written from its published interface."""

from __future__ import annotations

import itertools
import json

import httpx

from tiengmo.channels.messages.providers import exchange
from tiengmo.channels.tests.scripted_line import ScriptedLine


class Line(ScriptedLine):
    """Accepts every message. Like eSMS, a RequestId is taken once."""

    timeout = exchange.TIMEOUT

    def __init__(self):
        super().__init__()
        self.taken = {}
        self._ids = itertools.count(1)

    def accept(self, request):
        if "esms" in request.url.host:
            return self._esms(json.loads(request.content))
        body = json.loads(request.content) if request.content else {}
        tran_id = next(self._ids)
        self.taken[str(tran_id)] = body
        return httpx.Response(
            200,
            json={
                "status": "success",
                "code": "00",
                "data": {"tranId": tran_id, "totalSMS": 1, "totalPrice": 250, "invalidPhone": []},
            },
        )

    def _esms(self, body):
        if body["RequestId"] in self.taken:
            return httpx.Response(
                200,
                json={
                    "CodeResult": "124",
                    "CountRegenerate": 0,
                    "ErrorMessage": "Request exist 1",
                    "SendStatus": "5",
                },
            )
        self.taken[body["RequestId"]] = body
        sms_id = f"d533459ee42b2b9525ba{next(self._ids):011d}"
        return httpx.Response(
            200, json={"CodeResult": "100", "CountRegenerate": 0, "SMSID": sms_id}
        )

    @property
    def texts(self):
        return [json.loads(r.content).get("Content") for r in self.requests]

    @property
    def numbers(self):
        return sorted(json.loads(r.content)["Phone"] for r in self.requests)
