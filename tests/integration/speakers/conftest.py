"""A real database file and a real broker, shared with real processes."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import httpx
import pytest
from django.db import connections
from integration.speakers.ports import free_port, wait_for_port
from migrated_database import migrated_database


@contextmanager
def database_file(path):
    """Point the default database at a file that other threads and processes open too."""
    handler_settings = connections.settings["default"]
    before_name, before = handler_settings["NAME"], connections["default"]
    handler_settings["NAME"] = str(path)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        handler_settings["NAME"] = before_name
        connections["default"] = before


@pytest.fixture
def home(tmp_path, settings, django_db_blocker, monkeypatch):
    """An installation's folder with its own migrated database, open to real processes."""
    # A scene's coroutines look into the database themselves, on the test's own connection.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.HOME = tmp_path / "home"
    settings.KEYS = settings.HOME / "keys"
    settings.SOUND_ROOT = settings.HOME / "sound"
    settings.KEYS.mkdir(parents=True)
    path = settings.HOME / "tiengmo.sqlite3"
    shutil.copyfile(migrated_database(), path)
    from tiengmo.speakers.brokers import embedded

    embedded._accounts = None
    with django_db_blocker.unblock(), database_file(path):
        yield settings.HOME


class MosquittoProcess:
    kind = "mosquitto"

    def __init__(self, port):
        self.port = port
        self.process = None

    def start(self):
        from django.conf import settings
        from tiengmo.speakers.brokers.mosquitto import Listener, prepare

        command = prepare(settings.HOME / "broker", Listener("127.0.0.1", self.port))
        self.log = (settings.HOME / "broker.log").open("ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        wait_for_port(self.port)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(90)
        self.log.close()


class EmbeddedThread:
    kind = "embedded"

    def __init__(self, port):
        self.port = port

    def start(self):
        from tiengmo.speakers.brokers.embedded import serve
        from tiengmo.speakers.brokers.mosquitto import Listener

        self.loop = asyncio.new_event_loop()
        self.event = asyncio.Event()

        def main():
            asyncio.set_event_loop(self.loop)
            self.loop.run_until_complete(serve(Listener("127.0.0.1", self.port), self.event))

        self.thread = threading.Thread(target=main, daemon=True)
        self.thread.start()
        wait_for_port(self.port)

    def kill(self):
        self.stop()

    def stop(self):
        self.loop.call_soon_threadsafe(self.event.set)
        self.thread.join(10)


@pytest.fixture(params=["mosquitto", "embedded"])
def broker(request, home, settings):
    from tiengmo.speakers.brokers import find_mosquitto

    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("Mosquitto is not installed")
    port = free_port()
    settings.BROKER_PORT = port
    made = (MosquittoProcess if request.param == "mosquitto" else EmbeddedThread)(port)
    yield made
    made.stop()


class GatewayProcess:
    """The real `tiengmo gateway`, in a process that a test can kill."""

    def __init__(self, home, broker_port):
        self.home, self.broker_port, self.port = home, broker_port, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, wait=True):
        environment = os.environ | {
            "TIENGMO_HOME": str(self.home),
            "TIENGMO_KEYS": str(self.home / "keys"),
            "TIENGMO_BROKER_PORT": str(self.broker_port),
            "TIENGMO_GATEWAY_PORT": str(self.port),
            # What is not an alert must be heard at any hour of the day at which this is tested.
            "TIENGMO_QUIET_HOURS": "",
            "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        }
        self.log = (self.home / "gateway.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tiengmo.config.cli import main; main(['gateway'])"],
            env=environment,
            stdout=self.log,
            stderr=self.log,
        )
        if wait:
            self.wait_until_connected()

    def wait_until_connected(self, seconds=90):
        deadline = time.monotonic() + seconds
        while True:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/speaker/1/health").status_code == 200:
                    return
            if time.monotonic() > deadline:
                raise AssertionError((self.home / "gateway.log").read_text()[-3000:])
            time.sleep(0.05)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(90)
        if self.process is not None:
            self.log.close()


@pytest.fixture
def gateway(home, broker, settings):
    made = GatewayProcess(home, broker.port)
    settings.GATEWAY_URL = made.url
    yield made
    made.stop()


@pytest.fixture
def locality(home):
    """A commune with a village, keys for its station, and the gateway's own."""
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.places.tests.factories import VillageFactory
    from tiengmo.speakers.actions import issue_station_key, set_up_keys

    village = VillageFactory()
    set_up_keys(by=SYSTEM)
    issue_station_key(village.unit, by=SYSTEM)
    return village
