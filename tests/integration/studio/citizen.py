"""A citizen's radio: everything that came over HTTP, and when."""

from __future__ import annotations

import io
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Self

import av
import httpx
import numpy as np
from tiengmo.studio.listening.mixer import BITS_PER_SECOND

from .listening import Recording

RATE = 48_000


@dataclass
class Radio:
    """Listens in a thread of its own until it is switched off. `url` is as the page names it."""

    url: str
    content: bytearray = field(default_factory=bytearray)
    came: list[tuple[int, float]] = field(default_factory=list)
    status: int = 0
    error: str = ""
    _off: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.switch_off()

    def switch_off(self) -> None:
        self._off.set()
        if self._thread is not None:
            self._thread.join(10)

    def wait_for(self, seconds: float, *, patience: float = 30) -> None:
        """Wait until so many seconds of sound have come."""
        deadline = time.monotonic() + patience
        while len(self.content) < seconds * BITS_PER_SECOND / 8:
            assert time.monotonic() < deadline, (self.status, self.error, len(self.content))
            time.sleep(0.05)

    def _listen(self) -> None:
        line = httpx.Client(follow_redirects=True, timeout=20, trust_env=False)
        try:
            with line, line.stream("GET", self.url) as answer:
                self.status = answer.status_code
                for piece in answer.iter_raw():
                    self.content += piece
                    self.came.append((len(self.content), time.time()))
                    if self._off.is_set():
                        return
        except httpx.HTTPError as error:
            self.error = repr(error)

    def came_at(self, seconds: float) -> float:
        """The instant at which this place of the sound had come."""
        place = bisect_left(self.came, (int(seconds * BITS_PER_SECOND / 8), 0.0))
        return self.came[min(place, len(self.came) - 1)][1]

    def recording(self) -> Recording:
        """The sound, on a clock that begins with it."""
        with av.open(io.BytesIO(bytes(self.content)), format="mp3") as container:
            pieces = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
        return Recording(np.concatenate(pieces).astype(np.float32), RATE, 0.0)
