"""Nodes of a RabbitMQ cluster on the loopback, each a process that a bench can kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
ADMIN = ("admin", "known-to-everybody")


def free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Node:
    """One Erlang machine with RabbitMQ, its MQTT plugin and its management."""

    def __init__(self, number: int, folder: Path, epmd: int) -> None:
        self.name = f"tm{number}@localhost"
        self.folder = folder / f"node{number}"
        self.mqtt, self.management, self._distribution = free_ports(3)
        self._epmd = epmd
        self.pid = 0

    def start(self, names: list[str]) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "plugins").write_text("[rabbitmq_mqtt,rabbitmq_management].\n")
        lines = [
            "listeners.tcp = none",
            f"mqtt.listeners.tcp.1 = 127.0.0.1:{self.mqtt}",
            "mqtt.allow_anonymous = false",
            "mqtt.exchange = amq.topic",
            "mqtt.prefetch = 100",
            "mqtt.subscription_ttl = 86400000",
            "management.tcp.ip = 127.0.0.1",
            f"management.tcp.port = {self.management}",
            "log.file.level = warning",
            f"default_user = {ADMIN[0]}",
            f"default_pass = {ADMIN[1]}",
            "cluster_partition_handling = pause_minority",
            "cluster_formation.peer_discovery_backend = classic_config",
            "cluster_formation.randomized_startup_delay_range.min = 0",
            "cluster_formation.randomized_startup_delay_range.max = 1",
            *(
                f"cluster_formation.classic_config.nodes.{index} = {name}"
                for index, name in enumerate(names, 1)
            ),
        ]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        home = self.folder.parent / "home"
        home.mkdir(exist_ok=True)
        cookie = home / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text("TIENGMOBENCH")
            cookie.chmod(0o400)
        # Busy waiting of Erlang's schedulers would be counted as work.
        quiet = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
        environment = os.environ | {
            "HOME": str(home),
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "db"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"-kernel inet_dist_use_interface {{127,0,0,1}} {quiet}"
            ),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
        }
        self._process = subprocess.Popen(
            [str(SERVER)],
            env=environment,
            stdout=(self.folder / "out").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def find(self) -> None:
        """Learn which process is the broker itself: the script that started it waits beside."""
        for one in psutil.Process(self._process.pid).children(recursive=True):
            if one.name().startswith("beam"):
                self.pid = one.pid

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


class Cluster:
    def __init__(self, number: int, folder: Path) -> None:
        (self._epmd,) = free_ports(1)
        self.nodes = [Node(index, folder, self._epmd) for index in range(1, number + 1)]

    @property
    def addresses(self) -> str:
        return ",".join(f"127.0.0.1:{node.mqtt}" for node in self.nodes)

    def management(self, index: int = 0) -> str:
        return f"http://{ADMIN[0]}:{ADMIN[1]}@127.0.0.1:{self.nodes[index].management}"

    def start(self) -> float:
        """Start all nodes and wait until each has seen the others; return the seconds it took."""
        began = time.monotonic()
        for node in self.nodes:
            node.start([one.name for one in self.nodes])
        while time.monotonic() < began + 180:
            with suppress(httpx.HTTPError, KeyError):
                found = httpx.get(f"{self.management()}/api/nodes", timeout=5).json()
                # A node listens for MQTT last of all.
                if sum(bool(one["running"]) for one in found) == len(self.nodes) and all(
                    map(_answers, (node.mqtt for node in self.nodes))
                ):
                    for node in self.nodes:
                        node.find()
                    return time.monotonic() - began
            time.sleep(0.5)
        raise TimeoutError("the cluster does not come together")

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()
        for process in psutil.process_iter(["name", "environ"]):
            environment = process.info["environ"] or {}
            if process.info["name"] == "epmd" and environment.get("ERL_EPMD_PORT") == str(
                self._epmd
            ):
                process.kill()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
