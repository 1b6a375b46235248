"""A source of live sound that any number of decoders may open: an endless WAV over HTTP.

What it says at an instant is that instant's second, so a word has its place whoever carried it.
"""

from __future__ import annotations

import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from .signature import LIVE, SECONDS_NAMED, sound_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

RATE = 48_000
# As many voices as the ear tells apart.
VOICES = 12
PIECE_SECONDS = 0.1
# A WAV of unknown length: as long as the format can say.
ENDLESS = 0x7FFFFFFF


def second_at(instant: float) -> int:
    return int(instant) % SECONDS_NAMED


@dataclass
class Microphone:
    """Serves `http://127.0.0.1:PORT/NUMBER` for as long as the process lives."""

    opened: dict[int, list[float]] = field(default_factory=dict)
    """When each number's sound was opened: the words before were said to nobody."""
    _server: ThreadingHTTPServer | None = None
    _sounds: dict[int, NDArray] = field(default_factory=dict)

    def start(self) -> None:
        microphone = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                number = int(self.path.strip("/"))
                self.send_response(200)
                self.send_header("Content-Type", "audio/wav")
                self.end_headers()
                microphone.opened.setdefault(number, []).append(time.time())
                # A listener that was killed is no error of ours.
                with suppress(ConnectionError):
                    self.wfile.write(_header())
                    for piece in microphone._spoken(number):
                        self.wfile.write(piece)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def address(self, number: int) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}/{number}"

    def _spoken(self, number: int) -> Iterator[bytes]:
        if number not in self._sounds:
            self._sounds[number] = sound_of(
                LIVE + number % VOICES, first=0, seconds=SECONDS_NAMED, rate=RATE
            )
        sound = self._sounds[number]
        piece = round(PIECE_SECONDS * RATE)
        position = round(time.time() / PIECE_SECONDS)
        while True:
            time.sleep(max(0.0, (position + 1) * PIECE_SECONDS - time.time()))
            at = position * piece % len(sound)
            yield sound[at : at + piece].tobytes()
            position += 1


def _header() -> bytes:
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", ENDLESS, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, b"data", ENDLESS - 36,
    )  # fmt: skip
