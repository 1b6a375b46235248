"""The demo's masts, figures, dead zones and promises: invented, and every row says so."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.connectivity.actions import load_table
from tiengmo.connectivity.models import Mast
from tiengmo.connectivity.tables import kind_of
from tiengmo.directory.models import Office
from tiengmo.outreach.models import Topic
from tiengmo.outreach.promises.actions import keep_promise, make_promise
from tiengmo.outreach.promises.models import Promise
from tiengmo.places.models import Village

if TYPE_CHECKING:
    from collections.abc import Iterable

MASTS = 93
SOURCE = "số liệu giả định của bản trình diễn"
OPERATORS = ("Viettel", "VinaPhone", "MobiFone")
# Fixed: every demo shows the same.
SEED = 2022
FIRST_DAY = dt.date(2021, 1, 1)
# What, topic, days since it was promised, days until it is due; what came of it.
PROMISES = (
    ("Sửa đoạn đường vào thôn bị sạt sau mưa", "giao-thong-dien-nuoc", 20, -4, ""),
    ("Mở thêm điểm thu mua nông sản tại chợ phiên", "nong-lam-nghiep", 15, 5, ""),
    ("Lắp thêm một cụm loa ở đầu thôn", "loa-truyen-thanh", 30, 45, ""),
    (
        "Trả lời về mức hỗ trợ giống ngô",
        "nong-lam-nghiep",
        40,
        -10,
        "Đã trả lời tại buổi họp thôn.",
    ),
)


def ensure_connectivity() -> int:
    """Put masts and figures where there are none; give how many masts."""
    villages = list(Village.objects.select_related("unit").order_by("code"))
    if not villages or Mast.objects.exists():
        return 0
    chance = random.Random(SEED)  # noqa: S311 - invented figures
    _load("tram", _masts(villages, chance))
    _load("thon", _figures(villages, chance))
    _load("vung-lom", _zones(villages, chance))
    _load("phan-mem", _software())
    _promise(villages)
    return MASTS


def _load(code: str, rows: Iterable[Iterable[object]]) -> None:
    kind = kind_of(code)
    if kind is None:
        raise LookupError(code)
    names = [column.name for column in kind.columns]
    lines = ["\t".join(map(str, row)) for row in rows]
    if lines:
        load_table(kind, "\n".join(["\t".join(names), *lines]).encode(), f"{code}.csv", by=SYSTEM)


def _masts(villages: list[Village], chance: random.Random) -> Iterable[list[object]]:
    lit = [village for village in villages if not village.is_dead_zone]
    for number in range(MASTS):
        village = lit[number * len(lit) // MASTS]
        operator = OPERATORS[number % 5 % 3]
        technologies = "2G, 3G, 4G, 5G" if number % 30 == 0 else "2G, 4G"
        since = FIRST_DAY + dt.timedelta(days=chance.randrange(900))
        yield [
            operator, f"GD{number + 1:03d}", technologies, chance.choice([30, 42, 45, 60]),
            round(village.latitude + chance.uniform(-0.004, 0.004), 5),
            round(village.longitude + chance.uniform(-0.004, 0.004), 5),
            village.unit.code, village.code, since, "", SOURCE,
        ]  # fmt: skip


def _figures(villages: list[Village], chance: random.Random) -> Iterable[list[object]]:
    for number, village in enumerate(villages):
        fibre = "không" if village.is_dead_zone or number % 3 == 0 else "có"
        fixed = village.households * chance.randint(5, 45) // 100 if fibre == "có" else 0
        mobile = village.population * chance.randint(35, 70) // 100
        smartphones = mobile * chance.randint(50, 85) // 100
        yield [village.code, fibre, fixed, mobile, smartphones, FIRST_DAY, SOURCE]


def _zones(villages: list[Village], chance: random.Random) -> Iterable[list[object]]:
    for village in villages:
        for operator in OPERATORS:
            level = "cả thôn" if village.is_dead_zone else "không lõm"
            if not village.is_dead_zone and chance.random() < 0.12:  # noqa: PLR2004 - invented
                level = "một phần"
            yield [village.code, operator, level, FIRST_DAY, SOURCE]


def _software() -> Iterable[list[object]]:
    today = timezone.localdate()
    offices = Office.objects.filter(is_invented=True).select_related("unit").order_by("pk")
    for number, office in enumerate(offices[:6]):
        until = today + dt.timedelta(days=(-5, 20, 200)[number % 3])
        yield [
            office.unit.code, office.name, "Phần mềm chống mã độc giả định", "antivirus",
            8, 6, until, FIRST_DAY, "", SOURCE,
        ]  # fmt: skip


def _promise(villages: list[Village]) -> None:
    topics = {topic.code: topic for topic in Topic.objects.all()}
    if not topics or Promise.objects.exists():
        return
    today = timezone.localdate()
    unit = villages[0].unit
    for what, topic, ago, due, result in PROMISES:
        promise = Promise(
            unit=unit,
            owed_by=unit,
            topic=topics[topic],
            what=f"{what} (giả định)",
            promised_on=today - dt.timedelta(days=ago),
            due_on=today + dt.timedelta(days=due),
        )
        promise = make_promise(promise, by=SYSTEM)
        if result:
            keep_promise(promise, on=today - dt.timedelta(days=12), note=result, by=SYSTEM)
