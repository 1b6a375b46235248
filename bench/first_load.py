"""The first visit to a public page from an old phone: bytes, requests, Largest Contentful Paint.

Starts a demo and the nginx that `tiengmo nginx-config` writes before it, and opens each page in a
Chromium of 360 px that knows nothing yet, at WebPageTest's "3G Slow" (400 kbit/s each way, 400 ms
for every request) with a processor four times slower. Beside it, page weights as published.

    python -m bench.first_load [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
CPU_TIMES_SLOWER = 4
LCP = """() => new Promise(done => {
  new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
})"""
# HTTP Archive, Web Almanac 2024, "Page weight": the median home page, October 2024, mobile.
# GOV.UK, RFC 149 (2022): a page's stylesheets alone, shared ones and those of one application.
PUBLISHED = [
    ("the median mobile home page, HTTP Archive 2024", "2,311 KB", "66 requests"),
    ("GOV.UK, stylesheets alone, RFC 149", "16 to 46 KB", "–"),
]


def first_visit(browser: Any, url: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2)
    page = context.new_page()
    line = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    found = {"page": 0.0, "pictures": 0.0, "requests": 0.0}

    def asked(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event.get("type", "")
        found["requests"] += 1

    def came(event: dict[str, Any]) -> None:
        is_picture = kinds.get(event["requestId"]) in ("Image", "Media")
        found["pictures" if is_picture else "page"] += event["encodedDataLength"] / 1000

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", came)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": CPU_TIMES_SLOWER})
    page.goto(url, wait_until="networkidle", timeout=60_000)
    found["lcp"] = page.evaluate(LCP) / 1000
    context.close()
    return found


def start_nginx(system: Any, home: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Our own configuration before the demo; its process and address."""
    from running_system import _free_port

    listen, purge = (f"127.0.0.1:{_free_port()}" for _ in range(2))
    written = subprocess.run(
        system.command(
            "nginx-config",
            "--whole",
            *("--listen", listen),
            *("--purge-listen", purge),
            *("--upstream", system.url.removeprefix("http://")),
        ),
        env=system.environment | {"TIENGMO_PUBLIC_URL": system.url},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (home / "nginx.conf").write_text(written)
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise SystemExit("needs Debian's nginx")
    running = subprocess.Popen(
        [program, "-c", str(home / "nginx.conf"), "-e", str(home / "nginx-start.log"),
         "-g", "daemon off;"]
    )  # fmt: skip
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://{listen}/").read()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return running, f"http://{listen}"
    raise SystemExit((home / "nginx-start.log").read_text())


def measure(base: str, pages: dict[str, str], rounds: int) -> None:
    from playwright.sync_api import sync_playwright

    visits: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for _ in range(rounds):
            for name, path in pages.items():
                visits[name].append(first_visit(browser, base + path))
        browser.close()
    load = os.getloadavg()[0]
    print(f"{rounds} rounds, medians, load average {load:.1f}; target 100 KB and 2.5 s")
    print("| page | KB before pictures | KB of pictures | requests | LCP s | slowest LCP s |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, some in visits.items():
        at = {key: statistics.median(one[key] for one in some) for key in some[0]}
        row = f"{at['page']:.1f} | {at['pictures']:.1f} | {at['requests']:.0f} | {at['lcp']:.2f}"
        print(f"| {name} | {row} | {max(one['lcp'] for one in some):.2f} |")
    for what, size, requests in PUBLISHED:
        print(f"| {what} | {size} | – | {requests} | – | – |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    from running_system import running_system

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with running_system(home, boxes=2, output="null") as system:
            nginx, base = start_nginx(system, home)
            newest = "SELECT slug FROM portal_page WHERE picture_name != '' ORDER BY released_at"
            any_page = "SELECT slug FROM portal_page ORDER BY released_at DESC"
            slug = (system.rows(newest) or system.rows(any_page))[0][0]
            commune = system.rows(
                "SELECT u.code FROM places_unit u JOIN places_village v ON v.unit_id = u.id LIMIT 1"
            )[0][0]
            pages = {
                "home": "/",
                "article": f"/tin/{slug}/",
                "list": "/tin/",
                "search": "/tim-kiem/?q=can+cuoc",
                "procedures": "/thu-tuc/",
                "commune": f"/xa/{commune}/",
            }
            try:
                measure(base, pages, asked.rounds)
            finally:
                nginx.terminate()
                nginx.wait(20)


if __name__ == "__main__":
    main()
