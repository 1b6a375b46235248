"""The demo locality: real communes, invented villages and loudspeakers, demo accounts, keys."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from django.db import connection, transaction
from speaker_agent.enrolment import enrol
from speaker_agent.state import StateDir
from speaker_link.enrolment import verify_request

from tiengmo.audit.actors import SYSTEM
from tiengmo.config.demo.records import ensure_records
from tiengmo.people.models import Role, RoleAssignment, User
from tiengmo.places.actions import load_locality
from tiengmo.places.models import Village
from tiengmo.places.queries import top_units, unit_by_code, units_in_force
from tiengmo.speakers import actions as speakers
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.models import Box, KeyPurpose, StationKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).parent / "data"
PASSWORD = "tieng-mo-demo"  # noqa: S105 (printed on the screen; only with TIENGMO_DEMO=1)
# Signs alerts; stated on the key page of a demo, and nowhere else.
PASSPHRASE = "loa-vang-ca-ban"  # noqa: S105
RANGE_METHOD = "dữ liệu dựng cho bản trình diễn"
# Loudspeakers that are broken or cut off, so that reach has something to show: one in this many.
SILENT_ONE_IN = 30
# So many boxes have a text board beside them; what stands on it is in the file `board.txt`.
BOARDS = 4


@dataclass(frozen=True)
class Account:
    username: str
    full_name: str
    unit_code: str
    roles: tuple[Role, ...]


# Invented people.
ACCOUNTS = (
    Account("bientap", "Lý Thị Mẩy", "082", (Role.EDITOR,)),
    Account("duyet", "Nguyễn Văn Thắng", "082", (Role.APPROVER,)),
    Account("bientap.yty", "Phu Gió Xe", "02701", (Role.EDITOR,)),
    Account("duyet.yty", "Sào Thị Pư", "02701", (Role.APPROVER,)),
    Account("tuyentruyen", "Ly Xá Suy", "02701", (Role.PROPAGANDIST,)),
    Account("trucdai", "Vàng A Páo", "082", (Role.OPERATOR, Role.TECHNICIAN)),
    Account("quantri", "Hoàng Thị Liên", "082", (Role.ADMINISTRATOR,)),
)


def ensure_locality(boxes_folder: Path, tell: Callable[[str], None]) -> None:
    """Load what is missing of the demo locality; what is there is left as it is."""
    if not top_units():
        tell("Đang nạp địa bàn: 21 xã, thị trấn, 176 thôn …")
        load_locality(
            DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM
        )
    ensure_people()
    ensure_records(tell)
    if not StationKey.objects.exists():
        tell("Đang tạo khoá ký cho đài huyện và các đài xã …")
        speakers.set_up_keys(by=SYSTEM)
        for unit in units_in_force().filter(villages__isnull=False).distinct():
            speakers.issue_station_key(unit, by=SYSTEM)
    if not StationKey.objects.filter(purpose=KeyPurpose.BOARD).exists() and keys.has_root_private():
        speakers.set_up_keys(by=SYSTEM)  # a demo from before there were text boards
    ensure_issuers()
    missing = _not_enrolled(boxes_folder)
    if missing:
        tell(f"Đang đăng ký {len(missing)} cụm loa mô phỏng, mỗi cụm một khoá riêng …")
        asyncio.run(_enrol_all(boxes_folder, missing))


def ensure_people() -> None:
    """Make the demo's accounts, which say of themselves that they are the demo's."""
    from django.contrib.auth.hashers import make_password

    if User.objects.filter(is_demo_account=True).exists():
        return
    hashed = make_password(PASSWORD)
    with transaction.atomic():
        for account in ACCOUNTS:
            unit = unit_by_code(account.unit_code)
            user = User.objects.create(
                username=account.username,
                full_name=account.full_name,
                unit=unit,
                password=hashed,
                is_demo_account=True,
            )
            for role in account.roles if unit is not None else ():
                RoleAssignment.objects.create(user=user, role=role, unit=unit)


def ensure_issuers() -> None:
    """Give the demo's people who may warn their own keys, all under one stated passphrase."""
    for user in User.objects.filter(
        is_demo_account=True, assignments__role__in=issuers.ISSUING_ROLES, issuer_keys=None
    ).distinct():
        key = issuers.make_person_key(user, passphrase=PASSPHRASE)
        issuers.issue_person_key(key, by=SYSTEM)


def _in_thread(act: Callable[..., Any], *arguments: Any) -> Any:
    """Run in a thread that will not be seen again: its connection must not be left behind."""
    try:
        return act(*arguments)
    finally:
        connection.close()


class _InProcess(httpx.AsyncBaseTransport):
    """Takes a box's enrolment request to the server's own action, without a network between.

    The request, the one-time code and the answer are those of any box: only the wire is short.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        enrolment = await asyncio.to_thread(_in_thread, speakers.enrol_box, verify_request(body))
        return httpx.Response(200, text=enrolment.answer)


def _not_enrolled(folder: Path) -> list[dict[str, str]]:
    """Name the rows of boxes.csv that have no box yet: all of them, or what a killed run left."""
    with (DATA / "boxes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    absent = [row for row in rows if not StateDir(folder / row["serial"]).is_enrolled]
    known = {_serial(state) for state in folder.glob("BX*") if StateDir(state).is_enrolled}
    missing = []
    for row in absent:
        same = Box.objects.filter(village__code=row["village_code"], name=row["name"])
        if same.exclude(retired_at=None).exists():
            continue  # an operator retired it, and it forgot its keys
        # Let in by the server, but its folder was never finished: it will enrol again.
        same.exclude(serial__in=known).filter(play_reports=None, refusals=None).delete()
        missing.append(row)
    return missing


def _serial(state: Path) -> str:
    serial: str = StateDir(state).load()[0].serial
    return serial


async def _enrol_all(folder: Path, rows: list[dict[str, str]]) -> None:
    async with httpx.AsyncClient(transport=_InProcess()) as client:
        for row, code in await asyncio.to_thread(_in_thread, lambda: list(_codes(rows))):
            await enrol(
                "http://demo",
                code,
                StateDir(folder / row["serial"]),
                model="Cụm loa mô phỏng",
                journal=folder / "shared" / "journal.sqlite3",
                client=client,
            )


def _codes(rows: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], str]]:
    villages = {village.code: village for village in Village.objects.select_related("unit")}
    for row in rows:
        code = speakers.make_enrolment_code(
            villages[row["village_code"]],
            by=SYSTEM,
            name=row["name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            households_lo=int(row["households_lo"]),
            households_hi=int(row["households_hi"]),
            range_method=RANGE_METHOD,
        )
        yield row, code


def boards_of(running: list[Path]) -> set[Path]:
    """Name the state folders of the running boxes that also drive a text board: the first few."""
    return set(running[:BOARDS])


def boxes_to_run(folder: Path, limit: int = 0) -> list[Path]:
    """Name the state folders of the boxes that work: not in a dead zone, not broken.

    With a limit, that many of them spread over the communes: the first of each, then the second.
    """
    working = Box.objects.filter(retired_at=None, village__is_dead_zone=False)
    commune_of = dict(working.values_list("serial", "village__unit_id"))
    by_commune: dict[int, list[Path]] = {}
    for number, state in enumerate(sorted(folder.glob("BX*"))):
        # A retired box has forgotten who it was.
        commune = commune_of.get(_serial(state)) if StateDir(state).is_enrolled else None
        if commune is not None and number % SILENT_ONE_IN != SILENT_ONE_IN - 1:
            by_commune.setdefault(commune, []).append(state)
    turns = zip_longest(*by_commune.values())
    running = [state for turn in turns for state in turn if state is not None]
    return running[:limit] if limit else running
