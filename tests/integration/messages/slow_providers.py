"""A provider of text messages and a mail server that take their time, on this machine."""

from __future__ import annotations

import email
import email.policy
import itertools
import json
import socketserver
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Heard:
    """What came in, with the instant at which it was begun to be handed over."""

    def __init__(self):
        self._rows = []
        self._lock = threading.Lock()

    def note(self, at, text):
        with self._lock:
            self._rows.append((at, text))

    def all(self):
        with self._lock:
            return list(self._rows)

    def saying(self, words, *, otherwise=False):
        return [(at, text) for at, text in self.all() if (words in text) is not otherwise]


@contextmanager
def _serving(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


@contextmanager
def slow_texts(heard, seconds):
    """eSMS's own answers, each after so many seconds; give the port."""
    numbers = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            at = time.time()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.note(at, body["Content"])
            time.sleep(seconds)
            answer = {"CodeResult": "100", "CountRegenerate": 0, "SMSID": f"s{next(numbers)}"}
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with _serving(server) as port:
        yield port


@contextmanager
def slow_mail(heard, seconds):
    """As much of RFC 5321 as a letter needs, each taken after so many seconds; give the port."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 cham")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    at = time.time()
                    self.say("354 viet di")
                    self.take(at)
                elif word == b"QUIT":
                    self.say("221 thoi")
                    return
                else:
                    self.say("250 duoc")

        def take(self, at):
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            heard.note(at, letter["Subject"])
            time.sleep(seconds)
            self.say("250 da nhan")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with _serving(Server(("127.0.0.1", 0), Handler)) as port:
        yield port
