"""Reach: one release of 176 villages after its last receipt, and a year of bulletins of a province.

SQLite in a temporary folder, or the empty database that DATABASE_URL names. Wall and processor time
of this process; medians of `--rounds`. The peer of the year is one SQL sum over the same receipts,
by the database alone and without our bounds' cap by village: what a report would do without tallies
(asked once, at `--peer-bulletins` of them, and scaled up: it grows with the receipts).

    python -m bench.reach [--villages 3000] [--bulletins 365] [--rounds 5]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import shutil
import statistics
import tempfile
import time
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL_VILLAGES, SMALL_BOXES = 176, 300
BOXES_A_VILLAGE = SMALL_BOXES / SMALL_VILLAGES


def timed(act: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Median and worst wall milliseconds, and median processor milliseconds."""
    wall, processor = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        act()
        wall.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - used) * 1000)
    return statistics.median(wall), max(wall), statistics.median(processor)


def make_places(count: int, code: str):
    from tiengmo.places.models import Unit, Village, VillageMembership

    day = dt.date(2004, 1, 1)
    top = Unit.objects.create(code=code, name=f"Tỉnh {code}", level="province", valid_from=day)
    communes = [
        Unit.objects.create(
            code=f"{code}{n:03d}", name=f"Xã {n}", level="commune", parent=top, valid_from=day
        )
        for n in range(max(1, count // 8))
    ]
    chance = random.Random(count)
    villages = Village.objects.bulk_create(
        Village(
            code=f"{code}-{n:05d}",
            name=f"Thôn {n}",
            unit=communes[n % len(communes)],
            households=chance.randint(40, 160),
            population=400,
            languages=[chance.choice(["vi", "hmn", "ium"]), "vi"],
            latitude=22 + chance.random(),
            longitude=103 + 1.4 * chance.random(),
        )
        for n in range(count)
    )
    VillageMembership.objects.bulk_create(
        VillageMembership(village=village, unit=village.unit, valid_from=day)
        for village in villages
    )
    return top, villages


def make_release(top, number: int, at: dt.datetime):
    from tiengmo.releases.models import Release

    return Release.objects.create(
        source_type="newsroom.bulletin",
        source_id=f"{top.code}-{number}",
        source_version="1",
        title=f"Bản tin {number}",
        slug=f"ban-tin-{top.code}-{number}",
        unit=top,
        audience=[top.code],
        channels=["portal", "loudspeakers"],
        status=Release.Status.RELEASED,
        release_at=at,
        cleared_at=at,
        released_at=at,
        window_end_at=at + dt.timedelta(hours=1),
        author_name="Người Viết",
        cleared_by_id="1",
        cleared_by_name="Người Duyệt",
    )


def make_receipts(release, villages, chance: random.Random):
    """A delivery a box, one in twelve failed; answer with the last one's delivery."""
    from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt

    boxes = round(len(villages) * BOXES_A_VILLAGE)
    deliveries = []
    for n in range(boxes):
        failed = chance.random() < 1 / 12
        deliveries.append(
            Delivery(
                release=release,
                channel="loudspeakers",
                target=f"b{n}",
                village=villages[n % len(villages)],
                status=DeliveryStatus.FAILED_PERMANENTLY if failed else DeliveryStatus.DELIVERED,
                reason="not_played" if failed else "",
                was_online=True,
            )
        )
    Delivery.objects.bulk_create(deliveries, batch_size=2000)
    Receipt.objects.bulk_create(
        (
            Receipt(
                delivery=delivery,
                key=uuid.UUID(int=chance.getrandbits(128)).hex,
                kind="played",
                at=release.released_at,
                village=delivery.village,
                language=chance.choice(["vi", "hmn"]),
                households_lo=30,
                households_hi=60,
                method="within range of proven sound",
            )
            for delivery in deliveries
            if delivery.status == DeliveryStatus.DELIVERED
        ),
        batch_size=2000,
    )
    return deliveries[-1]


def one_release(rounds: int) -> tuple[float, float, float]:
    from django.utils import timezone
    from tiengmo.reach.missed import missed_by
    from tiengmo.reach.queries import reach_of
    from tiengmo.releases.actions import record_receipt

    top, villages = make_places(SMALL_VILLAGES, "A1")
    release = make_release(top, 0, timezone.now())
    delivery = make_receipts(release, villages, random.Random(1))
    times: dict[str, tuple[float, float, float]] = {}

    def after_a_receipt() -> None:
        record_receipt(
            delivery,
            key=uuid.uuid4().hex,
            kind="played",
            at=timezone.now(),
            method="within range of proven sound",
            village=delivery.village,
            language="vi",
            households=(30, 60),
        )
        times["counted"] = reach_of(release)

    after_a_receipt()
    print_row(
        "one release, 176 villages, 300 boxes: receipt in → counted",
        timed(after_a_receipt, rounds * 4),
        "≤ 100 ms",
    )
    print_row(
        "… and the table of the missed, with next acts",
        timed(lambda: missed_by(release), rounds * 4),
        "",
    )


def a_year(count: int, bulletins: int, rounds: int, counted: int) -> None:
    from django.utils import timezone
    from tiengmo.reach.models import Recount, Tally
    from tiengmo.reach.over_time import sites
    from tiengmo.reach.over_time.report import report_of
    from tiengmo.reach.over_time.stretch import stretch_of
    from tiengmo.reach.over_time.tallies import count as count_release

    top, villages = make_places(count, "B1")
    chance = random.Random(2)
    now = timezone.now()
    first, last = (now - dt.timedelta(days=364)).date(), timezone.localdate()
    releases = [
        make_release(top, n, now - dt.timedelta(days=364 * n / max(1, bulletins - 1)))
        for n in range(bulletins)
    ]
    spent, used = time.perf_counter(), time.process_time()
    for release in releases[:counted]:
        make_receipts(release, villages, chance)
        spent, used = time.perf_counter(), time.process_time()
        count_release(release)
        spent, used = time.perf_counter() - spent, time.process_time() - used
    print_row(
        f"one release of {count} villages counted from its rows (worker)",
        (spent * 1000, spent * 1000, used * 1000),
        "",
    )
    # The others have tallies of the same size, each of its own chance.
    import numpy as np
    from tiengmo.reach.over_time.tallies import table

    model = releases[0].tally
    for release in releases[counted:]:
        rows = np.array(table(model))
        missed = np.array([chance.random() < 0.1 for _ in range(len(rows))])
        rows[missed, 1:5] = 0
        rows[missed, 5] = min(1, len(model.reasons) - 1)
        Tally.objects.create(release=release, villages=rows.tobytes(), reasons=model.reasons)
    Recount.objects.all().delete()
    what = f"{count} villages × {bulletins} bulletins"
    print_row(f"{what}: all sums", timed(lambda: stretch_of(top, first, last), rounds), "≤ 2 s")
    print_row(
        f"{what}: the leader's page (map, bars, work)",
        timed(lambda: report_of(top, first, last), rounds),
        "≤ 2 s",
    )
    found = stretch_of(top, first, last)
    print_row(
        f"{count} sites, ten teams of 5 km chosen",
        timed(lambda: sites.teams(found, sites=10, km=5), rounds),
        "",
    )
    peer(releases[:counted], bulletins, rounds)


def peer(releases, bulletins: int, rounds: int) -> None:
    """What the database takes to add up the receipts themselves, one figure a village."""
    from django.db.models import Max, Sum
    from tiengmo.releases.models import Receipt

    rows = Receipt.objects.filter(delivery__release__in=releases)

    def ask() -> None:
        list(
            rows.order_by()
            .values("delivery__release", "village")
            .annotate(lo=Max("households_lo"), hi=Sum("households_hi"))
        )

    wall, worst, used = timed(ask, rounds)
    scale = bulletins / len(releases)
    print_row(
        f"peer: SQL over the receipts of {len(releases)} bulletins, × {scale:.0f}",
        (wall * scale, worst * scale, used * scale),
        "",
    )


def print_row(what: str, times: tuple[float, float, float], limit: str) -> None:
    wall, worst, used = times
    print(f"| {what} | {limit} | {wall:.0f} ms ({worst:.0f}) | {used:.0f} ms |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--villages", type=int, default=3000)
    parser.add_argument("--bulletins", type=int, default=365)
    parser.add_argument("--peer-bulletins", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    home = tempfile.mkdtemp(prefix="bench-reach-")
    os.environ.setdefault("TIENGMO_HOME", home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tiengmo.config.settings_test"
    try:
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        print(f"{connection.vendor}; load {os.getloadavg()[0]:.1f}")
        print("| what | target | wall: median (worst) | processor |\n|---|---|---|---|")
        one_release(given.rounds)
        a_year(
            given.villages,
            given.bulletins,
            given.rounds,
            min(given.peer_bulletins, given.bulletins),
        )
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
