"""A provider's side of the line, written from its published interface."""

from __future__ import annotations

import itertools
import json
import threading

import httpx

from tiengmo.channels.messages.providers import exchange


class Line:
    """Answers requests and remembers them. `script`: what the next requests meet.

    Each is a callable of the request, an exception to raise, or a (status, headers, body) triple;
    when it is used up, every message is accepted. Like eSMS, a RequestId is taken once.
    """

    def __init__(self):
        self.script = []
        self.requests = []
        self.taken = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def client(self):
        return httpx.Client(transport=httpx.MockTransport(self.handle), timeout=exchange.TIMEOUT)

    def handle(self, request):
        with self._lock:
            self.requests.append(request)
            step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        if isinstance(step, tuple):
            status, headers, body = step
            content = body if isinstance(body, str) else json.dumps(body)
            return httpx.Response(status, headers=headers, content=content)
        if callable(step):
            step(request)
        return self.accept(request)

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

    def take_and(self, failure):
        """Take the message, and have the line fail before the answer arrives."""

        def step(request):
            self.accept(request)
            raise failure

        return step

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
