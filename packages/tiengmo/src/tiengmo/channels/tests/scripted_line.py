"""The other side of a line: it answers requests and remembers them, or does what is scripted."""

from __future__ import annotations

import json
import threading

import httpx


class ScriptedLine:
    """`script`: what the next requests meet, one each; when it is used up, everything is taken.

    A step is an exception to raise, a (status, headers, body) triple, or a callable of the request
    that is called before it is taken. `accept` (of who builds on this) takes a request.
    """

    timeout: httpx.Timeout

    def __init__(self):
        self.script = []
        self.requests = []
        self._lock = threading.Lock()

    def client(self):
        return httpx.Client(transport=httpx.MockTransport(self.handle), timeout=self.timeout)

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

    def take_and(self, failure):
        """Take it, and have the line fail before the answer arrives."""

        def step(request):
            self.accept(request)
            raise failure

        return step
