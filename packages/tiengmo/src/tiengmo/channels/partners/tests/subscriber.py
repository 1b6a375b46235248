"""A partner's program, written from the WebSub recommendation and RFC 6721: a server of its own.

It keeps what it is pushed as the recommendation says a subscriber should: it checks the signature,
takes an entry when it is newer than what it has, and forgets what a tombstone names.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from lxml import etree

ATOM, GONE = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"


class Subscriber:
    """`script`: what the next requests are answered with: (status, headers, body) or a function."""

    def __init__(self, origin):
        self.origin = origin
        self.callback = f"{origin}/nhan?cua=bao"
        self.secret = "bi-mat-cua-he-thong-ban"
        self.means_it = True
        self.script = []
        self.questions, self.pushes, self.refused = [], [], []
        self.entries, self.deleted = {}, {}

    def get(self, path):
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if "hub.challenge" not in query:
            return 200, {}, b"day la bao"
        self.questions.append(query)
        if step := self._next():
            return step
        if not self.means_it:
            return 404, {}, b""
        return 200, {}, query["hub.challenge"].encode()

    def post(self, headers, body):
        if step := self._next():
            return step
        made = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        if headers.get("X-Hub-Signature") != f"sha256={made}":
            self.refused.append(body)
            return 202, {}, b""  # WebSub, 7.1: acknowledged, and not used
        assert headers["Content-Type"].startswith("application/atom+xml")
        assert 'rel="hub"' in headers["Link"]
        assert 'rel="self"' in headers["Link"]
        self.take(body)
        self.pushes.append(body)
        return 204, {}, b""

    def take(self, body):
        """Also what it fetches by itself."""
        root = etree.fromstring(body)
        for entry in root.iter(f"{ATOM}entry"):
            key, at = entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")
            known = max(self.entries.get(key, ("", ""))[0], self.deleted.get(key, ""))
            if at > known:
                self.entries[key] = (at, entry.findtext(f"{ATOM}title"))
                self.deleted.pop(key, None)
        for gone in root.iter(f"{GONE}deleted-entry"):
            key, when = gone.get("ref"), gone.get("when")
            if when > self.entries.get(key, ("", ""))[0]:
                self.entries.pop(key, None)
                self.deleted[key] = when

    @property
    def titles(self):
        return sorted(title for _at, title in self.entries.values())

    def _next(self):
        step = self.script.pop(0) if self.script else None
        return step() if callable(step) else step


@contextmanager
def listening():
    """A subscriber on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._answer(server.subscriber.get(self.path))

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(server.subscriber.post(self.headers, body))

        def _answer(self, said):
            status, headers, body = said
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # nobody waited that long

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.subscriber = Subscriber(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.subscriber
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def slowly(seconds):
    def answer():
        time.sleep(seconds)
        return 204, {}, b""

    return answer
