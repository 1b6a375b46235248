"""From clearing to the last of 300 boxes holding the signed item and its sound.

The demo's own processes (broker, gateway, worker) and all its 300 boxes in one process on one host;
a bulletin of about a minute, its voice rendered before the clock starts. Boxes of one process share
one store, so the sound crosses the wire once there; what 300 boxes with a store each would cost the
gateway is measured beside it in the same run: 300 downloads of the same bytes, fetched by wrk where
it is installed (the server's own limit) and by 300 Python clients on the same two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SENTENCE = "Bà con chú ý theo dõi dự báo thời tiết và lịch làm việc của xã trong tuần này. "
TEXT = "Bản tin đo thời gian số {n}\n\n" + SENTENCE * 12
BOXES = 300


def bare_downloads(url: str) -> float:
    """Seconds for 300 downloads of one sound, 20 at a time, thrown away."""
    import httpx

    async def run() -> float:
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            began = time.monotonic()
            await asyncio.gather(*(client.get(url) for _ in range(BOXES)))
            return time.monotonic() - began

    return asyncio.run(run())


def served(url: str) -> float | None:
    """Seconds in which the gateway serves 300 downloads to a client that costs next to nothing."""
    if shutil.which("wrk") is None:
        return None
    out = subprocess.run(
        ["wrk", "-t1", "-c20", "-d4s", url], check=True, capture_output=True, text=True
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    return BOXES / float(rate[1]) if rate else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    home = Path(tempfile.mkdtemp(prefix="tiengmo-bench-"))
    os.environ |= {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_DEMO": "1",
        "TIENGMO_LOG": "WARNING",
        "TIENGMO_DEMO_BOXES": "0",
        "TIENGMO_DEMO_ALL": "1",
        # Long enough that playing does not begin while the next round is measured.
        "TIENGMO_PLAYOUT_LEAD_SECONDS": "3600",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
    }
    from tiengmo.config.demo import processes
    from tiengmo.config.demo.supervisor import Supervisor

    processes.choose_ports()
    import django

    django.setup()
    from django.conf import settings
    from tiengmo.config.commands.setup import set_up
    from tiengmo.config.demo import bulletins
    from tiengmo.config.demo.locality import ensure_locality
    from tiengmo.newsroom.actions import submit_bulletin
    from tiengmo.people.models import User
    from tiengmo.releases.models import Release
    from tiengmo.speakers.models import HeldSound

    set_up()
    ensure_locality(home / "boxes", print)
    supervisor = Supervisor(home / "log", print)
    author, approver = (User.objects.get(username=name) for name in ("bientap", "duyet"))
    signed, took, bare, server = [], [], [], []
    try:
        for name in ("broker", "gateway", "worker"):
            supervisor.start(name, name)
        supervisor.start("boxes", "demo-boxes", str(home / "boxes"))
        online = processes.wait_until_connected(BOXES, supervisor=supervisor, seconds=180)
        print(f"{online} boxes on line")
        for n in range(rounds):
            bulletin = bulletins.write(TEXT.format(n=n), author=author, audience=["082"])
            bulletins.wait_for_sound(bulletin, look=lambda _: None, timeout_seconds=300)
            submit_bulletin(bulletin, by=author)
            time.sleep(2)
            began = time.time()
            release = bulletins.clear(bulletin, by=approver)
            item = None
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                item = item or release.playout_items.first()
                held = HeldSound.objects.filter(item_id=str(item.pk)) if item else None
                if held is not None and held.count() >= online:
                    break
                time.sleep(0.1)
            else:
                raise SystemExit(f"only {held.count() if held else 0} boxes hold it; {home}/log")
            times = sorted(row.held_at.timestamp() - began for row in held)
            signed.append(Release.objects.get(pk=release.pk).released_at.timestamp() - began)
            took.append(times[-1])
            sound = release.renditions.get().opus_sha256
            url = f"{settings.GATEWAY_URL}/speaker/1/sound/{sound}"
            bare.append(bare_downloads(url))
            if (seconds := served(url)) is not None:
                server.append(seconds)
            seconds = (release.renditions.get().sound_duration_ms or 0) / 1000
            print(
                f"  round {n}: sound {seconds:.0f} s, last box {took[-1]:.2f} s,"
                f" half of them {statistics.median(times):.2f} s, bare {bare[-1]:.2f} s"
            )
    finally:
        supervisor.stop()
    print("| what | median s | worst s |")
    print("|---|---:|---:|")
    for name, values in (
        ("clearing → release has gone out", signed),
        (f"clearing → last of {online} boxes holds item and sound (target 2.0)", took),
        (f"the gateway serves {BOXES} downloads of it (wrk)", server),
        (f"{BOXES} Python clients download it on the same cores", bare),
    ):
        if not values:
            continue
        print(f"| {name} | {statistics.median(values):.2f} | {max(values):.2f} |")
    sys.exit(0)


if __name__ == "__main__":
    main()
