"""Public pages per second: ours, a plain Wagtail page with the same text, nginx with the bytes.

Two web workers as `tiengmo web` starts them, wrk on loopback, rounds interleaved; medians. Needs
Debian's nginx and wrk.
"""

from __future__ import annotations

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
import urllib.request
from pathlib import Path

ROUNDS = 3
SECONDS = 6
CONNECTIONS = 16
ROOT = Path(__file__).resolve().parents[1]

NGINX = """
worker_processes 1; daemon off; pid {home}/nginx.pid; error_log {home}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {home}/nb; proxy_temp_path {home}/np;
  fastcgi_temp_path {home}/nf; uwsgi_temp_path {home}/nu; scgi_temp_path {home}/ns;
  types {{ text/html html; }}
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


def fill() -> str:
    """Set up a home with 40 releases and one Wagtail page; give a bulletin's address."""
    import django

    django.setup()
    from django.core.management import call_command
    from wagtail.models import Page, Site

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.config.demo.bulletins import TEXTS
    from tiengmo.config.demo.locality import DATA
    from tiengmo.places.actions import load_locality
    from tiengmo.places.queries import top_units
    from tiengmo.portal.actions import freeze_page
    from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

    from bench.wagtail_page.models import PlainPage

    load_locality(DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM)
    title, _, text = (TEXTS / "ret-dam.txt").read_text(encoding="utf-8").partition("\n")
    body = "".join(f"<p>{p.strip()}</p>" for p in text.split("\n\n") if p.strip())
    for _ in range(40):
        release = ReleaseFactory(released=True, unit=top_units()[0], title=title)
        RenditionFactory(release=release, headline=title[:120], body_html=body)
        freeze_page(release)
    root = Page.objects.get(depth=1)
    page = PlainPage(title=title, slug="ban-tin", body=body)
    root.add_child(instance=page)
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "127.0.0.1", "root_page": page, "port": 80}
    )
    return f"/tin/{release.slug}/"


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{url} never answered")


def measure(url: str) -> tuple[float, float]:
    """Requests a second and p99 in milliseconds."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{url}: {out}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


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
    bulletin = fill()
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
        with urllib.request.urlopen(base + bulletin) as response:
            (home / "files" / "page.html").write_bytes(response.read())
        running.append(
            subprocess.Popen(
                [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c",
                 str(home / "nginx.conf"), "-e", str(home / "nginx-start.log")]
            )
        )  # fmt: skip
        time.sleep(1)
        urls = {
            "plain Wagtail page, same text": f"{base}/wagtail/",
            "portal home": f"{base}/",
            "portal bulletin": f"{base}{bulletin}",
            "portal home, nginx cache": f"{front}/",
            "portal bulletin, nginx cache": f"{front}{bulletin}",
            "nginx, same bytes as a file": f"{front}/file/page.html",
        }
        for url in urls.values():
            urllib.request.urlopen(url).read()
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in urls}
        for _ in range(ROUNDS):
            for name, url in urls.items():
                results[name].append(measure(url))
        medians = {
            name: (statistics.median(r for r, _ in runs), statistics.median(p for _, p in runs))
            for name, runs in results.items()
        }
        wagtail = medians["plain Wagtail page, same text"][0]
        file = medians["nginx, same bytes as a file"][0]
        print(f"| {'what':<32} | req/s | p99 ms | × Wagtail | × file |")
        print(f"|{'-' * 34}|------:|-------:|----------:|-------:|")
        for name, (rate, p99) in medians.items():
            ratios = f"{rate / wagtail:.1f} | {rate / file:.2f}"
            print(f"| {name:<32} | {rate:.0f} | {p99:.1f} | {ratios} |")
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
