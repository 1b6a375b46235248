"""One release to 50,000 telephones, 357 pages, paper, teams and screens: planned and sent.

The provider is a server on loopback that speaks eSMS, and takes posts as Facebook does, each in
`--answer-ms`. The worker is `tiengmo worker`, as many as `--workers` says, on SQLite in a temporary
folder or the empty database that DATABASE_URL names. `--rate` is what the provider allows a second;
the limit beside it is that number, or, for a rate that nobody reaches, what the open requests alone
allow. Planned: the deliveries of every channel, a post for each page and a message for each
subscriber stand in the database.

    python -m bench.deliveries [--subscribers 50000] [--rate 100] [--workers 1] [--seconds 60]
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
VILLAGES = 176
ACCOUNTS = 357
POSTS_A_SECOND = 20.0
LOOK_SECONDS = 0.5


class Provider(BaseHTTPRequestHandler):
    """Takes messages and posts; counts how often each came."""

    protocol_version = "HTTP/1.1"
    answer_seconds = 0.05
    keys: dict[str, int] = {}
    posts: dict[str, int] = {}
    last_post_at = 0.0
    lock = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_post = self.path.endswith("/feed")
        if is_post:
            key, seen = self.path, self.posts
            answer = b'{"id":"%s_1"}' % key.split("/")[-2].encode()
        else:
            key, seen = body.partition(b'"RequestId":')[2].split(b'"')[1].decode(), self.keys
            answer = b'{"CodeResult":"100","SMSID":"%s"}' % key.encode()
        time.sleep(self.answer_seconds)
        with self.lock:
            seen[key] = seen.get(key, 0) + 1
            if is_post:
                Provider.last_post_at = time.monotonic()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


def fill(subscribers: int, rate: float, port: int, accounts: int = ACCOUNTS):
    from tiengmo.channels.messages.models import Provider as Row
    from tiengmo.channels.messages.models import Subscriber
    from tiengmo.channels.messages.sealing import hash_of, seal, seal_credentials

    from bench.reach import make_places

    top, villages = make_places(VILLAGES, "thu")
    from django.utils import timezone

    for first in range(0, subscribers, 5000):
        numbers = [f"849{n:08d}" for n in range(first, min(first + 5000, subscribers))]
        Subscriber.objects.bulk_create(
            Subscriber(
                village=villages[n % VILLAGES],
                sealed_number=seal(number),
                number_hash=hash_of(number),
                confirmed_at=timezone.now(),
            )
            for n, number in enumerate(numbers)
        )
    Row.objects.create(
        name="Loopback",
        form="esms",
        base_url=f"http://127.0.0.1:{port}",
        sender="THU",
        requests_per_second=rate,
        tokens=0,
        is_used=True,
        sealed_credentials=seal_credentials({"ApiKey": "a", "SecretKey": "b"}),
    )
    fill_accounts(accounts, villages, port)
    return top


def fill_accounts(count: int, villages: list, port: int) -> None:
    """A verified page for each, in the units of the villages."""
    from django.utils import timezone
    from tiengmo.channels.social import sealing
    from tiengmo.channels.social.models import Account, Connection, Network

    Network.objects.create(
        code="facebook", base_url=f"http://127.0.0.1:{port}", requests_per_second=POSTS_A_SECOND
    )
    made = Account.objects.bulk_create(
        Account(
            network="facebook",
            name=f"Trang {number}",
            address=f"https://www.facebook.com/{number}",
            key=f"facebook:{number}",
            external_id=str(number),
            unit=villages[n % len(villages)].unit,
            status=Account.Status.VERIFIED,
            verified_at=timezone.now(),
        )
        for n, number in enumerate(range(100_000_000, 100_000_000 + count))
    )
    sealed = sealing.seal_credentials({"access_token": "a"})
    Connection.objects.bulk_create(
        Connection(account=account, is_used=True, sealed_credentials=sealed) for account in made
    )


def plan(top) -> tuple[float, int, int]:
    """Seconds until every row stands, deliveries, messages."""
    import datetime as dt

    from django.utils import timezone
    from tiengmo.channels import registry
    from tiengmo.channels.actions import carry, deliver
    from tiengmo.channels.messages.models import Message
    from tiengmo.releases.models import Delivery, Priority, Release, Rendition

    now = timezone.now()
    # An emergency: what waits for the morning would measure the hour of the day.
    release = Release.objects.create(
        source_type="newsroom.bulletin",
        source_id=str(uuid.uuid4()),
        source_version="1",
        title="Phòng lũ quét đêm nay",
        slug="phong-lu-quet",
        unit=top,
        audience=["thu"],
        channels=[channel.code for channel in registry.channels() if channel.code in ASKED],
        priority=Priority.EMERGENCY,
        status=Release.Status.SCHEDULED,
        release_at=now,
        author_name="Người Viết",
        cleared_by_id="1",
        cleared_by_name="Người Duyệt",
        window_end_at=now + dt.timedelta(hours=6),
    )
    Rendition.objects.create(
        release=release,
        language="vi",
        headline="Phòng lũ quét đêm nay",
        short_text="Bà con ven suối chuyển lên nhà văn hoá thôn trước 20 giờ.",
    )
    began = time.perf_counter()
    carry(release)
    for code in release.channels:
        deliver(release, code)
    taken = time.perf_counter() - began
    return taken, Delivery.objects.count(), Message.objects.count()


ASKED = ("portal", "sms", "screens", "print", "outreach", "facebook")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--subscribers", type=int, default=50_000)
    arguments.add_argument("--accounts", type=int, default=ACCOUNTS)
    arguments.add_argument("--rate", type=float, default=100)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=60, help="of sending, then it ends")
    arguments.add_argument("--answer-ms", type=float, default=50)
    given = arguments.parse_args()
    home = Path(tempfile.mkdtemp(prefix="tiengmo-bench-"))
    os.environ |= {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_QUIET_HOURS": "",
        "TIENGMO_LOG": "ERROR",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
    }
    Provider.answer_seconds = given.answer_ms / 1000
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    top = fill(given.subscribers, given.rate, server.server_port, given.accounts)
    seconds, deliveries, messages = plan(top)
    print(f"planned: {deliveries} deliveries and {messages} messages in {seconds:.2f} s (target 2)")
    started = time.monotonic()
    workers = [
        subprocess.Popen([sys.executable, "-m", "tiengmo.config.cli", "worker"])
        for _ in range(given.workers)
    ]
    try:
        while not Provider.keys:
            time.sleep(0.05)
        began, first = time.monotonic(), len(Provider.keys)
        before = list(map(resident, workers))
        used = sum(map(processor, workers))
        while time.monotonic() - began < given.seconds and len(Provider.keys) < messages:
            time.sleep(LOOK_SECONDS)
        taken, sent = time.monotonic() - began, len(Provider.keys) - first
        rate = sent / taken
        after = list(map(resident, workers))
        used = sum(map(processor, workers)) - used
        limit = min(given.rate, 16 * 1000 / given.answer_ms)
        again = sum(
            times - 1 for seen in (Provider.keys, Provider.posts) for times in seen.values()
        )
        load = Path("/proc/loadavg").read_text().split()[0]
        print(f"{taken:.0f} s of sending, load {load}")
        print("| workers | sent | a second | limit | × | ms of processor each | MB before, after |")
        print("|---:|---:|---:|---:|---:|---:|---|")
        memory = ", ".join(f"{a:.0f} → {b:.0f}" for a, b in zip(before, after, strict=True))
        print(
            f"| {given.workers} | {sent} | {rate:.1f} | {limit:.0f} | {rate / limit:.2f} |"
            f" {used * 1000 / max(sent, 1):.1f} | {memory} |"
        )
        if Provider.posts:
            posting = Provider.last_post_at - started
            print(
                f"{len(Provider.posts)} posts, the last after {posting:.1f} s"
                f" ({POSTS_A_SECOND:.0f} a second allowed)"
            )
        print(f"handed over more than once: {again}")
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(40)
        server.shutdown()
        shutil.rmtree(home, ignore_errors=True)


def resident(worker: subprocess.Popen) -> float:
    return psutil.Process(worker.pid).memory_info().rss / 2**20


def processor(worker: subprocess.Popen) -> float:
    return sum(psutil.Process(worker.pid).cpu_times()[:2])


if __name__ == "__main__":
    main()
