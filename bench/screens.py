"""A thousand screens that ask and report, against two web workers on loopback.

Asking: the file all screens share, through nginx's one-second copy and straight from the
application, beside nginx with a plain file of the same size. Reporting: batches of plays by each
screen's own token, every batch sent twice as after a lost answer, as fast as they are taken, beside
what the same database commits a second when one row is all there is to write. Then the rhythm of
real screens (a request each four seconds, a report each minute) for a while: p99 and CPU. At the
end every play must be there once. Needs Debian's nginx and wrk.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from bench.portal import NGINX, ROOT, free_port, measure, wait_for

SCREENS = 1000
SECONDS, ROUNDS = 6, 3
RHYTHM_SECONDS = 60
THREADS = 16
PULSE_SECONDS, REPORT_SECONDS = 4.0, 60.0
PLAYS = 4  # of a quarter of a minute each
COMMITS = 300
PULSE, REPORT = "/man-hinh/nhip/", "/man-hinh/may/bao-cao/"


def fill(count: int) -> tuple[list[str], str]:
    """A commune's screens and a bulletin on all of them; tokens and the bulletin's item."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    from django.utils import timezone
    from tiengmo.channels.actions import carry, deliver
    from tiengmo.channels.screens import rules
    from tiengmo.channels.screens.models import Screen
    from tiengmo.places.tests.factories import UnitFactory, VillageFactory
    from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

    unit = UnitFactory(in_district=True)
    villages = [VillageFactory(unit=unit) for _ in range(20)]
    tokens = [secrets.token_hex(32) for _ in range(count)]
    Screen.objects.bulk_create(
        Screen(
            name=f"Màn hình {number}",
            unit=unit,
            village=villages[number % len(villages)],
            footfall_lo=10,
            footfall_hi=30,
            token_hash=rules.digest(token),
            enrolled_at=timezone.now(),
        )
        for number, token in enumerate(tokens)
    )
    release = ReleaseFactory(unit=unit, audience=[unit.code], channels=["screens"])
    RenditionFactory(release=release, short_text="Hai dòng ngắn.")
    carry(release)
    deliver(release, "screens")
    return tokens, f"r:{release.pk}:vi"


def commits_a_second() -> float:
    """Transactions of one row each, one after the other: the least a report can cost."""
    from django.db import transaction
    from tiengmo.channels.screens.models import WrongCode

    began = time.monotonic()
    for number in range(COMMITS):
        with transaction.atomic():
            WrongCode.objects.create(who=f"bench{number}")
    return COMMITS / (time.monotonic() - began)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and those it started that still run."""
    ticks, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Wall:
    """Screens as the server meets them: their reports, and how long the answers took."""

    def __init__(self, web: int, tokens: list[str], item: str) -> None:
        self.web, self.tokens, self.item = web, tokens, item
        self.made = 0
        self.refused: list[str] = []
        self.took: dict[str, list[float]] = {"asking": [], "reporting": []}
        self._lock = threading.Lock()
        self._own = threading.local()

    def _ask(self, kind: str, method: str, path: str, body: bytes | None, token: str) -> bytes:
        headers = {"Content-Type": "application/json", "Authorization": f"Screen {token}"}
        began = time.monotonic()
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.web, timeout=60)
            self._own.connection = connection
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._own.connection = None
            raise
        with self._lock:
            self.took[kind].append(time.monotonic() - began)
        if answer.status != http.client.OK:
            raise SystemExit(f"{path}: {answer.status} {told[:200]!r}")
        return told

    def ask(self) -> None:
        self._ask("asking", "GET", PULSE, None, "")

    def plays(self) -> list[dict[str, object]]:
        now = time.time() * 1000
        return [
            {"id": str(uuid.uuid4()), "item": self.item, "at": now - 15_000 * n, "ms": 15_000}
            for n in range(PLAYS, 0, -1)
        ]

    def report(self, token: str, plays: list[dict[str, object]], *, is_again: bool) -> None:
        told = {"plays": plays, "holds": [self.item.split(":")[1]], "showing": "bench"}
        body = json.dumps(told).encode()
        answer = json.loads(self._ask("reporting", "POST", REPORT, body, token))
        if answer["refused"] or len(answer["known" if is_again else "taken"]) != len(plays):
            raise SystemExit(f"wrongly taken: {answer}")
        if not is_again:
            with self._lock:
                self.made += len(plays)

    def report_twice(self, token: str) -> None:
        plays = self.plays()
        self.report(token, plays, is_again=False)
        self.report(token, plays, is_again=True)

    def rhythm(self, seconds: float) -> float:
        """Each screen asks and reports at its own moments; how late the last request began, in s.

        Reports go twice as often as real ones, for each is repeated.
        """
        due = []
        for token in self.tokens:
            first = random.uniform(0, PULSE_SECONDS)
            due += [(at, "") for at in _moments(first, PULSE_SECONDS, seconds)]
            first = random.uniform(0, REPORT_SECONDS)
            due += [(at, token) for at in _moments(first, REPORT_SECONDS, seconds)]
        due.sort()
        began = time.monotonic()
        late: list[float] = [0.0]

        def go(at: float, token: str) -> None:
            late.append(time.monotonic() - began - at)
            if token:
                self.report_twice(token)
            else:
                self.ask()

        with ThreadPoolExecutor(THREADS) as threads:
            running = []
            for at, token in due:
                wait = began + at - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
                running.append(threads.submit(go, at, token))
            for one in running:
                one.result()
        return max(late)


def _moments(first: float, step: float, until: float) -> list[float]:
    return [first + step * n for n in range(int((until - first) // step) + 1) if first < until]


def p99(seconds: list[float]) -> float:
    """In milliseconds; the longest when there are few."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000 if ordered else 0.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("screens", type=int, nargs="?", default=SCREENS)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--seconds", type=int, default=SECONDS, help="of asking, each")
    arguments.add_argument("--rhythm", type=int, default=RHYTHM_SECONDS, help="seconds of it")
    given = arguments.parse_args()
    home = Path(tempfile.mkdtemp(prefix="tiengmo-bench-"))
    home.chmod(0o755)
    os.environ |= {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        "TIENGMO_LOG": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    tokens, item = fill(given.screens)
    from django.db.models import Count
    from tiengmo.channels.screens.models import Play

    web, nginx = free_port(), free_port()
    (home / "files").mkdir()
    (home / "nginx.conf").write_text(NGINX.format(home=home, web=web, nginx=nginx))
    processes = [
        subprocess.Popen([sys.executable, "-m", "tiengmo.config.cli", "web", "--port", str(web)])
    ]
    try:
        straight, front = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{nginx}"
        wait_for(straight + PULSE)
        with urllib.request.urlopen(straight + PULSE) as response:
            size = (home / "files" / "nhip.html").write_bytes(response.read())
        processes.append(
            subprocess.Popen(
                [
                    shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or "nginx",
                    "-c", str(home / "nginx.conf"), "-e", str(home / "nginx-start.log"),
                ]
            )
        )  # fmt: skip
        wait_for(front + "/file/nhip.html")
        wall = Wall(web, tokens, item)
        asking: dict[str, list[tuple[float, float]]] = {}
        reporting, limits = [], []
        for number in range(given.rounds):
            for name, url in (
                ("asking, nginx's copy", front + PULSE),
                ("asking, a plain file in nginx", front + "/file/nhip.html"),
                ("asking, straight", straight + PULSE),
            ):
                server = psutil.Process(processes[0 if url.startswith(straight) else 1].pid)
                asking.setdefault(name, []).append(measure(url, given.seconds, server)[:2])
            limits.append(commits_a_second())
            wall.took["reporting"].clear()
            # Not more often than one screen may report: a share of them in each round.
            mine = tokens[number :: given.rounds]
            before, began = cpu_seconds(processes[0].pid), time.monotonic()
            with ThreadPoolExecutor(THREADS) as threads:
                list(threads.map(wall.report_twice, mine))
            took = time.monotonic() - began
            spent = cpu_seconds(processes[0].pid) - before
            reporting.append((2 * len(mine) / took, p99(wall.took["reporting"]), spent / took))
        wall.took = {"asking": [], "reporting": []}
        before, began = cpu_seconds(processes[0].pid), time.monotonic()
        late = wall.rhythm(given.rhythm)
        took = time.monotonic() - began
        spent = cpu_seconds(processes[0].pid) - before
        rows = Play.objects.order_by().values("screen", "play_id").annotate(count=Count("pk"))
        stored = Play.objects.count()
        load = Path("/proc/loadavg").read_text().split()[0]
        print(f"{given.screens} screens, shared file of {size} bytes, load average {load}")
        print("| what | req/s | p99 ms | cores of the application |")
        print("|---|---:|---:|---:|")
        for name, rounds in asking.items():
            rate, slow = (statistics.median(one[n] for one in rounds) for n in (0, 1))
            print(f"| {name} | {rate:.0f} | {slow:.1f} | |")
        rate, slow, cores = (statistics.median(one[n] for one in reporting) for n in (0, 1, 2))
        print(f"| reports of {PLAYS} plays, each twice | {rate:.0f} | {slow:.0f} | {cores:.2f} |")
        print(f"| one row committed, nothing else | {statistics.median(limits):.0f} | | |")
        for kind, name in (("asking", "asks each 4 s"), ("reporting", "reports each minute")):
            answers = wall.took[kind]
            print(
                f"| {name}, straight | {len(answers) / took:.1f} | {p99(answers):.0f}"
                f" | {spent / took:.2f} (both) |"
            )
        duplicates = sum(row["count"] - 1 for row in rows.filter(count__gt=1))
        print(
            f"plays made {wall.made}, stored {stored}, duplicates {duplicates}, "
            f"lost {wall.made - stored + duplicates}; requests began at most {late:.2f} s late"
        )
        if stored != wall.made or duplicates:
            raise SystemExit("plays were lost or counted twice")
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
