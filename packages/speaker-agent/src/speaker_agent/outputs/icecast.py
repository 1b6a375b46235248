"""A feed for the loudspeaker network that a commune already owns: a mount of an Icecast server.

What would be heard here is encoded and pushed, silence included. A listener is as late as Icecast
and the listener's own queue make it (seconds): the start error of the reports is that of the feed.
"""

import logging
import queue
import threading
import time
from typing import Any

import av
import numpy as np

from speaker_agent.outputs.base import Pcm
from speaker_agent.outputs.paced import PacedOutput
from speaker_agent.timing import Clock

log = logging.getLogger(__name__)

RATE = 44_100
BIT_RATE = 96_000
FRAME = 1152
# Sound waits for a server that is away at most this long; then the oldest is dropped.
QUEUE_SECONDS = 20.0
# Without anything to play for this long, silence is sent: a mount that starves is thrown out.
SILENCE_AFTER_SECONDS = 0.5
RETRY_SECONDS = 3.0
CONNECT_SECONDS = 10


class IcecastOutput(PacedOutput):
    """Pushes MP3 to `icecast://source:password@host:port/mount`; connects again for ever."""

    name = "icecast"

    def __init__(self, clock: Clock, *, url: str) -> None:
        super().__init__(clock, rate=RATE)
        if not url.startswith("icecast://"):
            raise ValueError("the feed's address is icecast://source:password@host:port/mount")
        self._url = url
        self._sound: queue.Queue[Pcm] = queue.Queue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._is_closed = threading.Event()
        self.failure = ""
        self._thread = threading.Thread(target=self._run, name="icecast", daemon=True)
        self._thread.start()

    def _play(self, pcm: Pcm) -> None:
        with self._lock:
            self._sound.put(pcm)
            self._waiting += len(pcm)
            while self._waiting > QUEUE_SECONDS * RATE:
                self._waiting -= len(self._sound.get_nowait())

    def _play_silence(self, samples: int) -> None:
        """The feeding thread fills the gaps itself, at its own pace."""

    def leave(self) -> None:
        """The program ends."""
        self.close()
        self._is_closed.set()
        self._thread.join(CONNECT_SECONDS)

    def close(self) -> None:
        self._forget_queue()

    def _next(self, seconds: float) -> Pcm | None:
        try:
            pcm = self._sound.get(timeout=seconds)
        except queue.Empty:
            return None
        with self._lock:
            self._waiting -= len(pcm)
        return pcm

    def _run(self) -> None:
        while not self._is_closed.is_set():
            try:
                self._feed()
            except (av.FFmpegError, OSError) as failure:
                self.failure = str(failure)
                log.warning("the Icecast feed broke off: %s", failure)
                self._is_closed.wait(RETRY_SECONDS)

    def _feed(self) -> None:
        options = {"content_type": "audio/mpeg", "ice_name": "Tieng Mo"}
        with av.open(
            self._url, "w", format="mp3", options=options, timeout=CONNECT_SECONDS
        ) as container:
            stream: Any = container.add_stream("libmp3lame", rate=RATE, layout="mono")
            stream.bit_rate = BIT_RATE
            log.info("the Icecast feed runs")
            self.failure = ""
            rest: Pcm = np.zeros(0, np.int16)
            sent_until = time.monotonic()
            position = 0
            while not self._is_closed.is_set():
                pcm = self._next(SILENCE_AFTER_SECONDS / 2)
                now = time.monotonic()
                if pcm is None:
                    missing = now - sent_until
                    if missing < SILENCE_AFTER_SECONDS:
                        continue
                    pcm = np.zeros(int(missing * RATE), np.int16)
                sent_until = max(sent_until, now - SILENCE_AFTER_SECONDS) + len(pcm) / RATE
                rest = np.concatenate([rest, pcm])
                while len(rest) >= FRAME:
                    frame = av.AudioFrame.from_ndarray(
                        rest[:FRAME].reshape(1, -1), format="s16", layout="mono"
                    )
                    frame.sample_rate = RATE
                    frame.pts = position
                    position += FRAME
                    rest = rest[FRAME:]
                    for packet in stream.encode(frame):
                        container.mux(packet)
