"""Thousands of MQTT receivers in one process: each a socket that remembers when words came.

MQTT 3.1.1 as far as CONNECT, SUBSCRIBE (QoS 0) and PUBLISH go; nothing is verified and nothing is
answered, so that what is measured is the way here and not the receivers.
"""

from __future__ import annotations

import asyncio
import time


def _text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def _packet(first: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, part = left >> 7, left & 127
        length.append(part | (128 if left else 0))
        if not left:
            return bytes([first]) + bytes(length) + body


class LightReceiver(asyncio.Protocol):
    def __init__(self, name: str, username: str, password: str, topic: str) -> None:
        connect = (
            _text("MQTT") + bytes([4, 0b11000010]) + (600).to_bytes(2, "big")
            + _text(name) + _text(username) + _text(password)
        )  # fmt: skip
        self._hello = _packet(0x10, connect) + _packet(0x82, b"\x00\x01" + _text(topic) + b"\x00")
        self.ready = asyncio.get_running_loop().create_future()
        self.received, self.at = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self._answers = bytearray()
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        if self.ready.done():
            self.received += len(data)
            self.at = time.monotonic()
            return
        self._answers += data
        # CONNACK (4 bytes), SUBACK (5 bytes); anything more would be retained words.
        if len(self._answers) >= 9:
            accepted = self._answers[3] == 0 and self._answers[8] != 0x80
            if accepted:
                self.ready.set_result(None)
            else:
                self.ready.set_exception(ConnectionRefusedError(bytes(self._answers[:9]).hex()))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionResetError())


class Crowd:
    """Many receivers of one topic filter."""

    def __init__(self, port: int, username: str, password: str, topic: str) -> None:
        self._at = (port, username, password, topic)
        self.all: list[LightReceiver] = []

    async def grow(self, count: int) -> None:
        port, username, password, topic = self._at
        loop = asyncio.get_running_loop()
        while len(self.all) < count:
            batch = []
            for _ in range(min(200, count - len(self.all))):
                name = f"light-{len(self.all) + len(batch)}"
                _transport, one = await loop.create_connection(
                    lambda name=name: LightReceiver(name, username, password, topic),
                    "127.0.0.1",
                    port,
                )
                batch.append(one)
            await asyncio.wait_for(asyncio.gather(*(one.ready for one in batch)), 60)
            self.all += batch

    def expect(self) -> None:
        for one in self.all:
            one.received, one.at = 0, 0.0

    async def all_have(self, least_bytes: int, *, seconds: float = 30) -> list[float]:
        """Monotonic instants at which each had so many bytes, sorted."""
        deadline = time.monotonic() + seconds
        while any(one.received < least_bytes for one in self.all):
            if time.monotonic() > deadline:
                late = sum(one.received < least_bytes for one in self.all)
                raise TimeoutError(f"{late} of {len(self.all)} receivers never had it")
            await asyncio.sleep(0.05)
        return sorted(one.at for one in self.all)

    def close(self) -> None:
        for one in self.all:
            one.transport.close()
