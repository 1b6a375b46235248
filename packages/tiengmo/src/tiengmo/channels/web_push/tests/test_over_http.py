"""The same notices over real HTTP: headers and bodies as a push service on the network gets them."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tiengmo.channels.actions import take_back
from tiengmo.channels.web_push.models import Notice, PushService
from tiengmo.channels.web_push.tests.push_service import PushServer
from tiengmo.channels.web_push.tests.test_notify_browsers import asked, put_out, run
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.actions import withdraw_release

pytestmark = pytest.mark.django_db


class Door(BaseHTTPRequestHandler):
    """Hands each request to the server's `push`."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, said = self.server.push.take(self.path, headers, body)
        self.send_response(status)
        for name, value in {**said, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_line):
        """Nothing: the addresses are secrets."""


@pytest.fixture
def push(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.push = PushServer(f"http://127.0.0.1:{server.server_port}")
    settings.PUSH_SERVICES = [server.push.origin]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.push
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.enable_socket
def test_twenty_devices_are_told_and_told_again_when_it_is_withdrawn(push):
    village = VillageFactory(unit=UnitFactory(in_district=True))
    devices = [asked(push, village) for _ in range(20)]
    release = put_out(village)
    run()
    assert all(len(device.got) == 1 for device in devices)
    withdraw_release(release, by=UserFactory(approver=village.unit), reason="Sai")
    release.refresh_from_db()
    take_back(release)
    run()
    assert {tuple(device.shown.values()) for device in devices} == {
        ("Đã gỡ: Tiêm phòng ở trạm xá",)
    }
    assert set(Notice.objects.values_list("state", flat=True)) == {"accepted"}
    assert PushService.objects.get().origin == push.origin
