"""One Mosquitto with our configuration and thousands of receivers: memory, processor, one fan-out.

    python -m bench.many_receivers [--receivers 5000]

Receivers are as thin as MQTT allows (one process, sockets and a few bytes each): they connect with
an account of their own, subscribe to what a box subscribes to, keep alive, and acknowledge. They
share the two cores with the broker. A process here may open 20,000 files, so 19,500 is the most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

KEEPALIVE_SECONDS = 20
IDLE_SECONDS = 20
AT_ONCE = 50
# A commune's boxes: each of them follows this station and the two above it.
BOXES_OF_A_COMMUNE = 150
PAYLOAD = 3_000
CONNACK, PUBLISH, SUBACK = 0x20, 0x30, 0x90


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receivers", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tiengmo-receivers-") as home:
        os.environ |= {
            "TIENGMO_HOME": home,
            "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        }
        import django

        django.setup()
        command, port = prepare(Path(home), options.receivers)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            asyncio.run(measure(psutil.Process(process.pid), port, options.receivers))
        finally:
            process.terminate()
            process.wait(30)


def prepare(home: Path, number: int) -> tuple[list[str], int]:
    """Write the broker's real configuration, with an account and its rights for each receiver."""
    from tiengmo.speakers.brokers import dynamic_security, find_mosquitto
    from tiengmo.speakers.brokers.accounts import Account, gateway_account
    from tiengmo.speakers.brokers.mosquitto import Listener, configuration
    from tiengmo.speakers.brokers.passwords import hash_password
    from tiengmo.speakers.brokers.rights import box_rights

    from bench.rabbit_nodes import free_ports

    (port,) = free_ports(1)
    folder = home / "broker"
    folder.mkdir(parents=True)
    password = hash_password("known-to-everybody")
    names = [serial(index) for index in range(number)]
    accounts = [Account(name, password, box_rights(name), client_id=name) for name in names]
    document = dynamic_security.document([gateway_account(), *accounts])
    (folder / "dynamic-security.json").write_text(json.dumps(document))
    found = find_mosquitto()
    assert found is not None
    text = configuration(folder, Listener("127.0.0.1", port), found.plugin)
    (folder / "mosquitto.conf").write_text(text)
    return [found.program, "-c", str(folder / "mosquitto.conf")], port


async def measure(broker: psutil.Process, port: int, number: int) -> None:
    from tiengmo.speakers.brokers.passwords import gateway_password

    gateway = Receiver("gateway-bench", gateway_password(), [])
    began = time.monotonic()
    while True:
        try:
            await gateway.connect(port)
            break
        except OSError:
            assert time.monotonic() < began + 120, "the broker does not answer"
            await asyncio.sleep(0.1)
    empty = broker.memory_info().rss
    say("broker with all accounts and nobody on line", f"{empty / 2**20:.0f} MiB")
    receivers = [
        Receiver(
            serial(index),
            "known-to-everybody",
            ["99", "99001", f"99001{index // BOXES_OF_A_COMMUNE:03d}"],
        )
        for index in range(number)
    ]
    began, used = time.monotonic(), seconds(broker)
    alive = asyncio.create_task(keep_alive([gateway, *receivers]))
    for start in range(0, number, AT_ONCE):
        await asyncio.gather(*(one.connect(port) for one in receivers[start : start + AT_ONCE]))
    took = time.monotonic() - began
    say(
        f"{number} connect and subscribe to 18 filters",
        f"{took:.1f} s, broker {seconds(broker) - used:.1f} s of a core",
    )
    await asyncio.sleep(5)
    lost = sum(one.is_lost for one in receivers)
    assert not lost, f"{lost} receivers were cut off: this machine is too busy"
    full = broker.memory_info().rss
    used, own = seconds(broker), seconds(psutil.Process())
    await asyncio.sleep(IDLE_SECONDS)
    share = (seconds(broker) - used) / IDLE_SECONDS
    # What reading the accounts left free is used again: only the whole says something.
    say("broker's memory", f"{full / 2**20:.0f} MiB; {full / 2**20 / number * 1000:.1f} per 1,000")
    say("broker idle", f"{share:.1%} of a core; {share / number * 1000:.2%} per 1,000")
    for topic, name, audience in (
        ("tm/1/stations/99/alerts/bench", "everybody", receivers),
        ("tm/1/stations/99001000/alerts/bench", "one commune", receivers[:BOXES_OF_A_COMMUNE]),
    ):
        for qos in (1, 1, 1):
            for one in audience:
                one.came = 0.0
            used, own = seconds(broker), seconds(psutil.Process())
            began = time.monotonic()
            gateway.publish(topic, os.urandom(PAYLOAD), qos)
            await everybody(audience, began + 60)
            delays = sorted(one.came - began for one in audience if one.came)
            assert delays, "nobody heard it"
            say(
                f"3 kB to {name}: {len(delays)} of {len(audience)}",
                f"median {delays[len(delays) // 2]:.2f} s, p99 "
                f"{delays[int(len(delays) * 0.99) - 1]:.2f} s, last {delays[-1]:.2f} s; broker "
                f"{seconds(broker) - used:.2f} s, receivers "
                f"{seconds(psutil.Process()) - own:.2f} s of a core",
            )
            await asyncio.sleep(1)
    alive.cancel()


async def everybody(audience: list[Receiver], deadline: float) -> None:
    # Asked now and then: an event for each of thousands would be measured along.
    while not all(one.came for one in audience) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def keep_alive(receivers: list[Receiver]) -> None:
    """Spread the pings over the interval, as boxes that came at different times do."""
    pause = KEEPALIVE_SECONDS * 0.75 / max(len(receivers) // AT_ONCE, 1)
    while True:
        for start in range(0, len(receivers), AT_ONCE):
            for one in receivers[start : start + AT_ONCE]:
                if one.is_on_line:
                    one.write(b"\xc0\x00")
            await asyncio.sleep(pause)


class Receiver(asyncio.Protocol):
    """MQTT 3.1.1 with the least: CONNECT, SUBSCRIBE, PINGREQ, and PUBACK for what comes."""

    __slots__ = (
        "_buffer",
        "_name",
        "_password",
        "_ready",
        "_stations",
        "_transport",
        "came",
        "is_lost",
        "is_on_line",
    )

    def __init__(self, name: str, password: str, stations: list[str]) -> None:
        self._name, self._password, self._stations = name, password, stations
        self._buffer = b""
        self.came = 0.0
        self.is_on_line = self.is_lost = False

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self.is_lost, self.is_on_line = self.is_on_line, False

    async def connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        self._transport, _self = await loop.create_connection(lambda: self, "127.0.0.1", port)
        text = b"".join(map(_string, (self._name, self._name, self._password)))
        if self._name.startswith("gateway"):
            text = b"".join(map(_string, (self._name, "gateway", self._password)))
        head = _string("MQTT") + bytes([4, 0b1100_0000]) + struct.pack(">H", KEEPALIVE_SECONDS)
        self.write(_packet(0x10, head + text))
        await asyncio.wait_for(self._ready, 60)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (found := _take(self._buffer)) is not None:
            kind, body, self._buffer = found
            if kind & 0xF0 == PUBLISH:
                self.came = time.monotonic()
                if kind & 0x06:
                    at = 2 + struct.unpack(">H", body[:2])[0]
                    self.write(b"\x40\x02" + body[at : at + 2])
            elif kind == CONNACK:
                assert body[1] == 0, f"connection refused: {body[1]}"
                self.is_on_line = True
                if self._stations:
                    self._subscribe()
                else:
                    self._ready.set_result(None)
            elif kind == SUBACK and not self._ready.done():
                assert 0x80 not in body[2:], "a filter was refused"
                self._ready.set_result(None)

    def _subscribe(self) -> None:
        from speaker_link import topics

        names = topics.read_by_box(self._name, self._stations)
        body = b"\x00\x01" + b"".join(_string(name) + b"\x01" for name in names)
        self.write(_packet(0x82, body))

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        self.write(_packet(PUBLISH | qos << 1, _string(topic) + b"\x00\x07" + payload))

    def write(self, data: bytes) -> None:
        self._transport.write(data)


def _string(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _packet(kind: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while True:
        left, digit = divmod(left, 128)[0], left % 128
        length += bytes([digit | (0x80 if left else 0)])
        if not left:
            return bytes([kind]) + length + body


def _take(data: bytes) -> tuple[int, bytes, bytes] | None:
    length, shift = 0, 0
    for at in range(1, min(len(data), 5)):
        length |= (data[at] & 0x7F) << shift
        shift += 7
        if not data[at] & 0x80:
            end = at + 1 + length
            return (data[0], data[at + 1 : end], data[end:]) if len(data) >= end else None
    return None


def serial(index: int) -> str:
    return f"loa-many{index:05d}"


def seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def say(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


if __name__ == "__main__":
    main()
