"""The demo's offices, leaders and staff for the district and its 21 communes: all of them invented.

No telephone number here can be rung: Vietnam has no area code 0200. Made once, in a few statements.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.audit.actions import record
from tiengmo.directory.entries import all_entries
from tiengmo.directory.models import Office, OfficeKind, Official
from tiengmo.directory.rules import Hours, usual_hours
from tiengmo.foundation.vietnamese import fold
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import top_units, units_in_force
from tiengmo.search.actions import put

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = Path(__file__).parent / "data" / "posts.csv"
FAMILY = (
    "Lý", "Vàng", "Giàng", "Tẩn", "Phàn", "Sùng", "Thào", "Lồ", "Chảo", "Hoàng", "Nguyễn", "Trần",
    "Sần", "Má", "Ly", "Vù", "Phu", "Lù", "Cao", "Đỗ",
)  # fmt: skip
MIDDLE_MAN, GIVEN_MAN = ("A", "Văn", "Láo", "Seo", "Đức", "Mạnh"), (
    "Páo", "Tả", "Lở", "Sài", "Chúng", "Hùng", "Dũng", "Thanh", "Vảng", "Khoa", "Lâm", "Tỉnh",
)  # fmt: skip
MIDDLE_WOMAN, GIVEN_WOMAN = ("Thị", "Thị", "Mùi", "Lở"), (
    "Mẩy", "Dợ", "Pham", "Hoa", "Sao", "Chu", "Liên", "Xoa", "Nga", "Hạnh", "Mỷ", "Duyên",
)  # fmt: skip
BEGAN = date(2021, 7, 1)
ALL_DAY: Hours = [[["00:00", "24:00"]] for _ in range(7)]
# Two communes where nobody has looked for long: the staff's list has something to show.
FORGOTTEN = {"02719", "02740"}


@dataclass(frozen=True)
class Post:
    position: str
    english: str
    duties: str
    is_leader: bool


def _posts(level: str) -> list[Post]:
    with POSTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == level]
    return [
        Post(row["position"], row["english"], row["duties"], is_leader=row["is_leader"] == "true")
        for row in rows
    ]


def ensure_contacts() -> int:
    """Put contacts where the locality has none yet; give how many were put."""
    if not top_units() or Office.objects.exists():
        return 0
    units = list(units_in_force())
    first_villages: dict[int, Village] = {}
    for village in Village.objects.filter(unit__in=units).order_by("-code"):
        first_villages[village.unit_id] = village
    with transaction.atomic():
        offices = [one for unit in units for one in _offices(unit, first_villages.get(unit.pk))]
        Office.objects.bulk_create(offices)
        main = {one.unit_id: one for one in offices if one.kind == OfficeKind.COMMITTEE}
        posts = {is_top: _posts("district" if is_top else "commune") for is_top in (True, False)}
        officials = [
            one
            for unit in units
            for one in _officials(unit, main[unit.pk], posts[unit.parent_id is None])
        ]
        Official.objects.bulk_create(officials)
        put(all_entries())
        record(
            "directory.demo_contacts",
            by=SYSTEM,
            subject="demo",
            detail={"offices": len(offices), "officials": len(officials)},
        )
    return len(offices) + len(officials)


def _phone(unit: Unit, number: int) -> str:
    return f"0200 3{int(unit.code[-3:]):03d} {100 + number}"


def _mail(unit: Unit, who: str) -> str:
    words = fold(unit.name).split(maxsplit=1)[-1]
    return f"{who}@{words.replace(' ', '')}.example"


def _checked(unit: Unit) -> date:
    age = 230 if unit.code in FORGOTTEN else 10 + int(unit.code) % 90
    return timezone.localdate() - timedelta(days=age)


def _offices(unit: Unit, village: Village | None) -> Iterator[Office]:
    is_top = unit.parent_id is None
    where = f"{village.name}, {unit.name}" if village else f"Đường Trung Tâm, {unit.name}"
    latitude, longitude = (village.latitude, village.longitude) if village else (22.5335, 103.8921)
    saturday = usual_hours()
    saturday[5] = [["07:30", "11:30"]]
    unit_name = _low(unit.name)
    plan = (
        (
            OfficeKind.COMMITTEE,
            f"UBND {unit_name}",
            "People's Committee",
            usual_hours(),
            "van-phong",
            "",
        ),
        (
            OfficeKind.ONE_STOP,
            f"Bộ phận Một cửa {unit_name}",
            "One-stop desk",
            saturday,
            "mot-cua",
            "Mang theo căn cước công dân. Sáng thứ Bảy chỉ trả kết quả và nhận hồ sơ hộ tịch.",
        ),
        (
            OfficeKind.POLICE,
            f"Công an {unit_name}",
            "Police",
            ALL_DAY,
            "cong-an",
            "Trực ban suốt ngày đêm.",
        ),
        (
            OfficeKind.HEALTH,
            f"Trạm Y tế {unit_name}" if not is_top else f"Trung tâm Y tế {unit_name}",
            "Health station",
            ALL_DAY,
            "y-te",
            "Khám bệnh giờ hành chính, cấp cứu suốt ngày đêm.",
        ),
    )
    for number, (kind, name, english, hours, mail, note) in enumerate(plan):
        yield Office(
            unit=unit,
            kind=kind,
            name=name,
            name_en=english,
            address=where,
            phone=_phone(unit, number),
            email=_mail(unit, mail),
            hours=hours,
            opens_on_holidays=hours is ALL_DAY,
            holidays_note=""
            if hours is ALL_DAY
            else "Nghỉ lễ, Tết có bảng phân công trực dán tại cửa.",
            note=note,
            latitude=round(latitude + 0.0015 * (number % 2), 5),
            longitude=round(longitude + 0.0015 * (number // 2), 5),
            order=10 * (number + 1),
            checked_on=_checked(unit),
            is_invented=True,
        )


def _low(name: str) -> str:
    """In the middle of a name: "xã Y Tý"."""
    return name[0].lower() + name[1:]


def _officials(unit: Unit, office: Office, posts: list[Post]) -> Iterator[Official]:
    chance = random.Random(unit.code)  # noqa: S311 (the same names at every start)
    for number, post in enumerate(posts):
        is_woman = chance.random() < 0.4  # noqa: PLR2004
        middle, given = (MIDDLE_WOMAN, GIVEN_WOMAN) if is_woman else (MIDDLE_MAN, GIVEN_MAN)
        name = f"{chance.choice(FAMILY)} {chance.choice(middle)} {chance.choice(given)}"
        is_chair = post.position.startswith("Chủ tịch")
        yield Official(
            unit=unit,
            office=office,
            name=name,
            position=post.position,
            position_en=post.english,
            duties=post.duties,
            phone=_phone(unit, 10 + number),
            email=_mail(unit, f"can-bo-{number + 1}"),
            is_leader=post.is_leader,
            # The list of all units names who answers for the administration.
            order=1 if is_chair else 10 * (number + 1),
            valid_from=BEGAN,
            checked_on=_checked(unit),
            is_invented=True,
        )
