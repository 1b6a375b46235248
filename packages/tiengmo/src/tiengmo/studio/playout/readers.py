"""A source's decoder as the event loop sees it: bytes or an address in, PCM out, killed at will."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE = 9600  # bytes: 100 ms of PCM
_SEND_SECONDS = 10.0
# A decoder that takes nothing for this long is stuck; what waits for it is thrown away.
_MOST_WAITING_BYTES = 512 * 1024
_SAID_AT_THE_END = 300


class Reader:
    """A running `reader` program. `read` gives mono samples; `feed` is for pushed sources."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._odd = b""

    @classmethod
    async def start(cls, address: str) -> Reader:
        """`-` decodes what is fed, anything else is opened by FFmpeg."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tiengmo.studio.playout.reader",
            address,
            stdin=asyncio.subprocess.PIPE if address == "-" else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=64 * 1024,
            # Whatever an address might write, it is not among our files.
            cwd="/",
        )
        return cls(process)

    async def feed(self, content: bytes) -> None:
        """Hand over what a browser or encoder sent. Raises ConnectionError when it is over."""
        pipe = self._process.stdin
        if pipe is None or pipe.is_closing():
            raise BrokenPipeError
        if pipe.transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
            raise ConnectionAbortedError("the decoder takes nothing")
        pipe.write(content)
        async with asyncio.timeout(_SEND_SECONDS):
            await pipe.drain()

    def end(self) -> None:
        """Nothing more will be fed."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def read(self) -> NDArray[np.float32] | None:
        """Give the next samples; None at the end."""
        pipe = self._process.stdout
        content = await pipe.read(_PIECE) if pipe is not None else b""
        if not content:
            return None
        content = self._odd + content
        whole = len(content) // 2 * 2
        self._odd = content[whole:]
        samples = np.frombuffer(content[:whole], dtype="<i2").astype(np.float32)
        return samples / np.float32(32768)

    async def close(self) -> str:
        """Kill it, whatever it does; give its last words."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        said = b""
        if self._process.stderr is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    said = await self._process.stderr.read(_SAID_AT_THE_END)
        # Before the wait: asyncio counts a process as ended when its pipes are, and one that is
        # held back because nobody reads it would never be.
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()
        await self._process.wait()
        return said.decode(errors="replace").strip()
