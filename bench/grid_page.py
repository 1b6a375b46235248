"""Server time of the operator's week: 21 communes and their district, a full week, on one page.

A home of its own on SQLite: per station two sessions a day with five pieces each, a third of them
bulletins. Measured through Django's own handler (routing, middleware, session, template), warm.
Target: 150 ms.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 30
PIECES = 5


def fill() -> None:
    from django.core.management import call_command
    from django.utils import timezone
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.broadcasting.models import Episode, Segment, Show
    from tiengmo.broadcasting.tests.factories import SoundFactory
    from tiengmo.broadcasting.week import monday_of
    from tiengmo.config.demo.locality import DATA
    from tiengmo.people.models import Role, RoleAssignment, User
    from tiengmo.places.actions import load_locality
    from tiengmo.places.queries import units_in_force
    from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    # 2022's units: a district and its 21 communes, as this locality had them.
    load_locality(DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM)
    stations = [u for u in units_in_force() if u.level in {"district", "commune"}]
    sounds = [SoundFactory(duration_ms=60_000 + n) for n in range(20)]
    releases = [RenditionFactory(release=ReleaseFactory(released=True)).release for _ in range(10)]
    monday = monday_of(timezone.localdate())
    for number, station in enumerate(stations):
        show = Show.objects.create(station=station, title="Chương trình thử", jingle_in=sounds[0])
        for day in range(7):
            for hour in (5, 17):
                start = datetime.combine(monday, datetime.min.time(), tzinfo=UTC)
                start += timedelta(days=day, hours=hour - 7, minutes=number % 12 * 5)
                episode = Episode.objects.create(
                    show=show, station=station, start_at=start, length_minutes=15
                )
                Segment.objects.bulk_create(
                    Segment(episode=episode, position=n, release=releases[n])
                    if n % 3 == 2
                    else Segment(episode=episode, position=n, sound=sounds[n])
                    for n in range(PIECES)
                )
    operator = User.objects.create(username="bench", is_demo_account=True, unit=stations[0])
    RoleAssignment.objects.create(user=operator, role=Role.OPERATOR, unit=_top(stations))


def _counting(asked):
    def count(run, sql, *rest):
        asked.append(sql)
        return run(sql, *rest)

    return count


def _top(stations):
    return next(unit for unit in stations if unit.parent_id is None)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ |= {
        "TIENGMO_HOME": tempfile.mkdtemp(prefix="tiengmo-bench-"),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_DEMO": "1",
        "TIENGMO_LOG": "ERROR",
        "TIENGMO_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
    }
    import django

    django.setup()
    fill()
    from django.db import connection
    from django.test import Client
    from tiengmo.broadcasting.models import Episode, Segment
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

    client = Client()
    client.force_login(
        User.objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend"
    )
    commune = Unit.objects.filter(level="commune").order_by("code").first()
    pages = {
        "all stations, one week": "/quan-tri/lich-phat/?dai=tat-ca",
        "one station, one week": f"/quan-tri/lich-phat/?dai={commune.code}",
    }
    held = f"{Episode.objects.count()} episodes, {Segment.objects.count()} pieces"
    print(f"{held}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| page | episodes shown | KB | queries | median ms | p95 ms | CPU ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, url in pages.items():
        for _ in range(3):
            answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        asked: list[str] = []
        with connection.execute_wrapper(_counting(asked)):
            client.get(url)
        text = answer.content.decode()
        shown = text.count("lp-slot--")
        times, cpu = [], []
        for _ in range(ROUNDS):
            began, spent = time.perf_counter(), time.process_time()
            client.get(url)
            times.append((time.perf_counter() - began) * 1000)
            cpu.append((time.process_time() - spent) * 1000)
        p95 = sorted(times)[int(len(times) * 0.95) - 1]
        print(
            f"| {name} | {shown} | {len(answer.content) / 1024:.0f} | {len(asked)}"
            f" | {statistics.median(times):.0f} | {p95:.0f} | {statistics.median(cpu):.0f} |"
        )


if __name__ == "__main__":
    main()
