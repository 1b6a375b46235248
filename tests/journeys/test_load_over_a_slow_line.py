"""A page that comes in pieces: a widget begins to work when it is there, not before."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from running_system import ROOT

SCRIPT = ROOT / "packages/tiengmo/src/tiengmo/voices/static/voices/recorder.js"
PARTS = [
    "voice",
    "words",
    "speak",
    "record",
    "stop",
    "again",
    "file",
    "meter",
    "level",
    "clock",
    "state",
    "progress",
    "note",
    "player",
    "spoken",
]
OPENING = '<!doctype html><script src="/recorder.js"></script><div data-sound-widget>'
REST = (
    "<input data-sound-value><div data-sound-actions hidden><select data-sound-voice></select>"
    + "".join(f"<span data-sound-{part}></span>" for part in PARTS if part != "voice")
    + "</div></div>"
)


class _Slow(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        if self.path == "/recorder.js":
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            self.wfile.write(SCRIPT.read_bytes())
            return
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        # More than a browser waits for before it shows what has come.
        self.wfile.write((OPENING + "<!--" + "x" * 70_000 + "-->").encode())
        self.wfile.flush()
        time.sleep(1)
        self.wfile.write(REST.encode())

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_recorder_waits_for_its_parts(browser, address):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.goto(address)
    assert page.locator("[data-sound-actions]").is_visible()
    assert page.evaluate("!!document.querySelector('[data-sound-widget]').soundWidget")
    assert not errors
    page.close()
