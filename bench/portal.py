"""Public pages per second beside the same content as plain Wagtail pages, and nginx beside a file.

Two web workers as `tiengmo web` starts them serve both sites from one database; wrk on loopback,
each page and what it stands beside measured one after the other in every round, medians of both and
of the rounds' ratios, by the clock and by the servers' processor time. `--only copy` measures nginx
alone, for which few articles do. Needs Debian's nginx and wrk.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from itertools import islice
from pathlib import Path

import psutil

ARTICLES = 20_000
ROUNDS = 3
SECONDS = 6
CONNECTIONS = 16
SLOW_SECONDS = 1.0
WORDS = "bác nhiên"  # two syllables of the text that bench/content_import.py makes
ROOT = Path(__file__).resolve().parents[1]

NGINX = """
worker_processes 1; daemon off; pid {home}/nginx.pid; error_log {home}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {home}/nb; proxy_temp_path {home}/np;
  fastcgi_temp_path {home}/nf; uwsgi_temp_path {home}/nu; scgi_temp_path {home}/ns;
  types {{ text/html html; }}
  sendfile on; tcp_nopush on; open_file_cache max=4000 inactive=60s; open_file_cache_valid 30s;
  upstream application {{ server 127.0.0.1:{web}; keepalive 16; }}
  proxy_cache_path {home}/cache levels=1:2 keys_zone=pages:10m inactive=1d use_temp_path=off;
  server {{
    listen 127.0.0.1:{nginx};
    location /file/ {{ alias {home}/files/; }}
    location / {{
      proxy_pass http://application; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_cache pages; proxy_cache_lock on; proxy_cache_background_update on;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
    }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fill(count: int) -> tuple[str, str]:
    """Bring in `count` old articles, here and as plain Wagtail pages; give one address of each."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.people.actions import assign_role
    from tiengmo.people.models import Role
    from tiengmo.people.tests.factories import UserFactory
    from tiengmo.places.tests.factories import UnitFactory, VillageFactory
    from tiengmo.portal.importing.judging import Judge
    from tiengmo.portal.importing.reading import rows_of
    from tiengmo.portal.importing.writing import Writer
    from tiengmo.portal.models import Page as PortalPage

    from bench.content_import import write

    top = UnitFactory(code="bench", name="Huyện Thử")
    for number in range(20):
        VillageFactory(unit=UnitFactory(code=f"bench{number}", name=f"Xã {number}", parent=top))
    by = UserFactory(username="duyet")
    assign_role(by, Role.APPROVER, top, by=SYSTEM)
    file = Path(os.environ["TIENGMO_HOME"]) / "cu.jsonl"
    write(file, count)
    judge, writer = Judge(by=by), Writer(by=by, file=file.name)
    articles = (judge.article(row) for row in rows_of(file))
    newest = []
    while batch := list(islice(articles, 500)):
        writer.write(batch)
        newest.append(fill_wagtail(batch))
    return f"/tin/{PortalPage.objects.order_by('-released_at')[100].slug}/", newest[0]


def fill_wagtail(articles: list) -> str:
    """The same articles as children of Wagtail's home; give the address of the last."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction
    from wagtail.models import Locale, Page, Site
    from wagtail.search.backends import get_search_backend

    from bench.wagtail_page.models import PlainHome, PlainPage

    home = PlainHome.objects.first()
    if home is None:
        home = PlainHome(title="Huyện Thử", slug="huyen-thu")
        Page.objects.get(depth=1).add_child(instance=home)
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "127.0.0.1", "root_page": home, "port": 80}
        )
    kind = ContentType.objects.get_for_model(PlainPage)
    locale = Locale.objects.get_or_create(language_code="vi")[0]
    first = home.numchild + 1
    pages = [
        Page(
            title=one.title,
            draft_title=one.title,
            slug=one.id,
            path=Page._get_path(home.path, home.depth + 1, first + number),  # noqa: SLF001 (treebeard)
            depth=home.depth + 1,
            url_path=f"{home.url_path}{one.id}/",
            content_type=kind,
            locale=locale,
            live=True,
            first_published_at=one.at,
            last_published_at=one.at,
        )
        for number, one in enumerate(articles)
    ]
    with transaction.atomic():
        # Wagtail saves one page at a time, at some milliseconds each.
        Page.objects.bulk_create(pages)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO wagtail_page_plainpage (page_ptr_id, body) VALUES (%s, %s)",
                [(page.pk, one.body_html) for page, one in zip(pages, articles, strict=True)],
            )
        home.numchild += len(pages)
        home.save(update_fields=["numchild"])
        index = get_search_backend().get_index_for_model(PlainPage)
        index.add_items(PlainPage, PlainPage.objects.filter(pk__in=[page.pk for page in pages]))
    return f"/wagtail/{articles[-1].id}/"


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{url} never answered")


def worked(server: psutil.Process) -> float:
    """Seconds of processor that a server and its workers have used."""
    members = [server, *server.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in members)


def measure(url: str, usual: int, server: psutil.Process) -> tuple[float, float, float]:
    """Requests a second, p99 in milliseconds, and requests a second of the server's processor.

    The last does not know what else runs on the machine. A page that takes seconds is asked for
    longer.
    """
    began = time.monotonic()
    urllib.request.urlopen(url).read()
    taken = time.monotonic() - began
    seconds = usual * (5 if taken > SLOW_SECONDS else 1)
    before = worked(server)
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "--latency", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    used = max(worked(server) - before, 0.01)
    if taken > SLOW_SECONDS:
        time.sleep(CONNECTIONS * taken)  # what wrk no longer waits for is still being worked on
    if "Non-2xx" in out:
        raise SystemExit(f"{url}: {out}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", out).groups()
    done = int(re.search(r"(\d+) requests in", out)[1])
    p99 = float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]
    return rate, p99, done / used


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="tiengmo-bench-"))
    home.chmod(0o755)
    os.environ |= {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "bench.settings_portal",
        "TIENGMO_LOG": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    sys.path.insert(0, str(ROOT))
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("articles", type=int, nargs="?", default=ARTICLES)
    arguments.add_argument("--only", default="", help="rows whose name holds this")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--seconds", type=int, default=SECONDS, help="of one measurement")
    given = arguments.parse_args()
    count = given.articles
    bulletin, plain = fill(count)
    found = urllib.parse.quote(WORDS)
    web, nginx = free_port(), free_port()
    (home / "files").mkdir()
    (home / "nginx.conf").write_text(NGINX.format(home=home, web=web, nginx=nginx))
    running = [
        subprocess.Popen(
[sys.executable, "-m", "tiengmo.config.cli", "web", "--port", str(web)]
        )
    ]  # fmt: skip
    try:
        base, front = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{nginx}"
        wait_for(base + bulletin)
        for name, path in (("home", "/"), ("article", bulletin)):
            with urllib.request.urlopen(base + path) as response:
                (home / "files" / f"{name}.html").write_bytes(response.read())
        running.append(
            subprocess.Popen(
                [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c",
                 str(home / "nginx.conf"), "-e", str(home / "nginx-start.log")]
            )
        )  # fmt: skip
        time.sleep(1)
        # What is measured, its address, and what it stands beside.
        pages = {
            "home": (f"{base}/", f"{base}/wagtail/"),
            "article": (f"{base}{bulletin}", f"{base}{plain}"),
            "list": (f"{base}/tin/?trang=3", f"{base}/wagtail/?tat-ca=1&trang=3"),
            "search": (
                f"{base}/tim-kiem/?q={found}",
                f"{base}/wagtail-search/?query={found}",
            ),
            "home from nginx's copy": (f"{front}/", f"{front}/file/home.html"),
            "article from nginx's copy": (f"{front}{bulletin}", f"{front}/file/article.html"),
        }
        pages = {name: pair for name, pair in pages.items() if given.only in name}
        for pair in pages.values():
            for url in pair:
                urllib.request.urlopen(url).read()
        results: dict[str, list[tuple[tuple[float, ...], tuple[float, ...]]]]
        results = {name: [] for name in pages}
        application, proxy = (psutil.Process(process.pid) for process in running)
        for _ in range(given.rounds):
            for name, (ours, beside) in pages.items():
                server = proxy if "nginx" in name else application
                results[name].append(
                    (measure(ours, given.seconds, server), measure(beside, given.seconds, server))
                )
        load = Path("/proc/loadavg").read_text().split()[0]
        print(f"{count} articles, {given.rounds} rounds of {given.seconds} s, load average {load}")
        print("| what | req/s | p99 ms | beside it | p99 ms | × | × by processor |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for name, rounds in results.items():
            rate, p99 = (statistics.median(ours[n] for ours, _ in rounds) for n in (0, 1))
            other, other_p99 = (
                statistics.median(beside[n] for _, beside in rounds) for n in (0, 1)
            )
            row = f"| {name} | {rate:.0f} | {p99:.1f} | {other:.3g} | {other_p99:.1f} |"
            for of in (0, 2):
                ratios = [ours[of] / beside[of] for ours, beside in rounds if beside[of]]
                row += f" {statistics.median(ratios):.2f} |" if ratios else " – |"
            print(row)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
